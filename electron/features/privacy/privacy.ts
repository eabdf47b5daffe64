import { BenchError } from '../../../shared/errors.ts';
import type { DeviceId, OperatorId } from '../../../shared/ids.ts';
import type { ForgetPreview, LegalHold, privacyMethods, SubjectId } from '../../../shared/privacy.ts';
import type { Blobs } from '../../database/blobs.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import { type Subjects, subjectOf } from '../journal/subjects.ts';
import type { FleetForgetting } from './fleet.ts';
import type { Forgetting } from './forgetting.ts';
import { createOwnRequests } from './own-requests.ts';

export type PrivacyDeps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  blobs: Blobs;
  clock: Clock;
  forgetting: Forgetting;
  fleet: FleetForgetting;
  nameOf(operator: OperatorId): string | null;
};

/** Forgetting people and devices without touching a proof: their keys go, their entries stay. */
export function createPrivacy(deps: PrivacyDeps) {
  const { database, journal, subjects, blobs, clock, forgetting, fleet } = deps;
  const { store, filesOf } = forgetting;

  const known = (subject: SubjectId) => {
    const bare = subjectOf(subject);
    if (!subjects.has(bare) && store.forgottenAt(bare) === null) {
      throw new BenchError('not_found', 'The bench keeps nothing about this subject.');
    }
    return bare;
  };

  const obstacles = (subject: SubjectId): string[] => {
    const found = [
      forgetting.isHeld(subject) && 'A legal hold forbids it until it is released.',
      forgetting.hasOpenJob(subject) && 'A job of this device is open. Finish or fail it first.',
      forgetting.canSignIn(subject) && 'This person can still sign in. Deactivate them first.',
    ];
    return found.filter(line => line !== false);
  };

  const preview = (subject: SubjectId): ForgetPreview => {
    const bare = known(subject);
    return {
      subject,
      sealedValues: store.sealedValues(bare),
      files: filesOf(subject).filter(blobs.has).length,
      obstacles: obstacles(subject),
      forgottenAt: store.forgottenAt(bare),
    };
  };

  const forget = async (subject: SubjectId, by: OperatorId): Promise<ForgetPreview> => {
    const { obstacles: against, forgottenAt } = preview(subject);
    if (forgottenAt !== null) return preview(subject);
    if (against.length > 0)
      throw new BenchError(forgetting.isHeld(subject) ? 'legal_hold' : 'conflict', against.join(' '));
    await forgetting.carryOut(subject, { by, alongside: tx => fleet.raise(tx, subjectOf(subject)) });
    await fleet.carryOutAll();
    fleet.changed();
    return preview(subject);
  };

  const hold = (subject: SubjectId, reason: string, by: OperatorId): LegalHold => {
    const bare = known(subject);
    if (!subjects.has(bare)) throw new BenchError('conflict', 'This subject was forgotten already.');
    if (store.hold(bare)) throw new BenchError('conflict', 'There is a legal hold on this subject already.');
    const since = new Date(clock.now()).toISOString();
    database.write(tx => {
      const pii = { text: { subject: bare, value: { reason } } };
      const idx = journal.append(tx, { type: 'subject.held', actor: by, data: { subject: bare }, pii });
      store.insertHold(tx, { subject: bare, since, idx });
    });
    return { subject, since, reason };
  };

  const releaseHold = (subject: SubjectId, by: OperatorId): null => {
    const bare = subjectOf(subject);
    if (!store.hold(bare)) throw new BenchError('not_found', 'There is no legal hold on this subject.');
    database.write(tx => {
      store.deleteHold(tx, bare);
      journal.append(tx, { type: 'subject.hold_released', actor: by, data: { subject: bare } });
    });
    // An order of the fleet may have waited for this.
    fleet.changed();
    return null;
  };

  const holds = (): LegalHold[] =>
    store.holds().map(({ subject, since, idx }) => ({
      subject: forgetting.idOf(subject),
      since,
      reason: journal.open('subject.held', idx, 'text')?.reason ?? null,
    }));

  const handlers = {
    'privacy.preview': ({ subject }) => preview(subject),
    'privacy.forget': ({ subject }, caller) => forget(subject, caller.operatorId),
    'privacy.hold': ({ subject, reason }, caller) => hold(subject, reason, caller.operatorId),
    'privacy.release_hold': ({ subject }, caller) => releaseHold(subject, caller.operatorId),
    'privacy.holds': () => holds(),
    'privacy.fleet': () => fleet.list(),
    ...createOwnRequests(deps),
  } satisfies Pick<Handlers, keyof typeof privacyMethods>;

  return {
    handlers,
    isHeld: (device: DeviceId) => store.hold(subjectOf(device)) !== undefined,
    finishForgetting: forgetting.finish,
    /** Throws `database_key_wrong` when keys are gone that nobody asked to forget: the key database is an older copy. */
    assertNothingLost(): void {
      const lost = subjects.missingOf(store.subjects()).length;
      if (lost > 0) throw new BenchError('database_key_wrong', keysLost(lost));
    },
  };
}

export type Privacy = ReturnType<typeof createPrivacy>;

function keysLost(count: number): string {
  return `The keys of ${count} people or devices are missing, and nobody asked to forget them: keys.db is missing or an older copy. Put the newest one back.`;
}
