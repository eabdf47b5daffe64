import { BenchError } from '../../../shared/errors.ts';
import type { EntryType } from '../../../shared/events.ts';
import { OperatorId } from '../../../shared/ids.ts';
import type { OwnForgetting, privacyMethods } from '../../../shared/privacy.ts';
import type { Database } from '../../database/database.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import { subjectOf } from '../journal/subjects.ts';
import type { Forgetting } from './forgetting.ts';

type Deps = {
  database: Database;
  journal: Journal;
  forgetting: Forgetting;
  nameOf(operator: OperatorId): string | null;
};

type OwnMethods = Extract<keyof typeof privacyMethods, `me.${string}` | 'privacy.requests'>;

/** Who asked to be forgotten: kept in the journal alone, until it is done or taken back. */
export function createOwnRequests({ database, journal, forgetting, nameOf }: Deps) {
  const { store } = forgetting;
  const newest = (type: EntryType) => {
    const rows = journal.store.lastOfEach(type, journal.end());
    return new Map(rows.map(({ actor, idx }) => [actor, idx]));
  };
  const openRequests = () => {
    const takenBack = newest('operator.forgetting_taken_back');
    return [...newest('operator.forgetting_asked')].flatMap(([actor, idx]) => {
      const operator = OperatorId.safeParse(actor).data;
      if (!operator || idx < (takenBack.get(actor) ?? 0) || store.forgottenAt(subjectOf(operator)) !== null) return [];
      return [{ operator, askedAt: journal.entry(idx).at, held: forgetting.isHeld(operator) }];
    });
  };
  const mine = (operator: OperatorId): OwnForgetting => {
    const askedAt = openRequests().find(request => request.operator === operator)?.askedAt ?? null;
    return { askedAt, held: forgetting.isHeld(operator) };
  };
  const record = (type: 'operator.forgetting_asked' | 'operator.forgetting_taken_back', actor: OperatorId) => {
    database.write(tx => journal.append(tx, { type, actor, data: {} }));
    return mine(actor);
  };

  return {
    'privacy.requests': () =>
      openRequests().map(({ operator, ...request }) => ({ subject: operator, name: nameOf(operator), ...request })),
    'me.forgetting': (_, { operatorId }) => mine(operatorId),
    'me.ask_to_be_forgotten': (_, { operatorId }) => {
      if (mine(operatorId).askedAt !== null) throw new BenchError('conflict', 'You asked already. An admin sees it.');
      return record('operator.forgetting_asked', operatorId);
    },
    'me.take_back_forgetting': (_, { operatorId }) => {
      if (mine(operatorId).askedAt === null) throw new BenchError('conflict', 'There is no request to take back.');
      return record('operator.forgetting_taken_back', operatorId);
    },
  } satisfies Pick<Handlers, OwnMethods>;
}
