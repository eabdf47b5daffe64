import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { AccessOfPerson, AccessReview, accessMethods } from '../../../shared/access.ts';
import { BenchError } from '../../../shared/errors.ts';
import type { EntryType } from '../../../shared/events.ts';
import { OperatorId } from '../../../shared/ids.ts';
import { asSeenBy } from '../../../shared/masking.ts';
import { Period } from '../../../shared/sampling.ts';
import type { TableContent } from '../../../shared/table-document.ts';
import type { Operator } from '../../../shared/users.ts';
import type { Database } from '../../database/database.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import { accessPage, accessTable, pdfFile } from './access-table.ts';

export type AccessReviewDeps = {
  database: Database;
  journal: Journal;
  people(): Operator[];
  nameOf(operator: OperatorId): string | null;
  /** Whether somebody has a second factor; null when it is not known. */
  secondFactorOf(operator: OperatorId): boolean | null;
  /** A table as a signed PDF. */
  printTable(table: TableContent): Promise<Buffer>;
};

type Sum = 'signIns' | 'failedAttempts' | 'stepUps' | 'refusals' | 'exports';

const sums: Partial<Record<EntryType, Sum>> = {
  'session.started': 'signIns',
  'session.refused': 'failedAttempts',
  'session.stepped_up': 'stepUps',
  'access.refused': 'refusals',
  'report.downloaded': 'exports',
  'table.exported': 'exports',
};

/** Who may do what and who did, for the review that somebody signs every quarter. Counted from the journal alone. */
export function createAccessReview(deps: AccessReviewDeps) {
  const { database, journal, nameOf } = deps;

  const review = ({ from, to }: Period, upTo = journal.end()): AccessReview => {
    const first = journal.firstSince(Date.parse(from));
    const end = Math.min(upTo, journal.firstSince(Date.parse(to)));
    const counts = new Map<string, Record<Sum, number>>();
    const lastSignIn = new Map<string, string>();
    let unknownAttempts = 0;
    for (const { type, actor } of journal.store.ofTypes(Object.keys(sums) as EntryType[], first, end)) {
      const sum = sums[type as EntryType];
      if (!sum) continue;
      if (actor === null) {
        if (sum === 'failedAttempts') unknownAttempts++;
        continue;
      }
      const known = counts.get(actor) ?? { signIns: 0, failedAttempts: 0, stepUps: 0, refusals: 0, exports: 0 };
      counts.set(actor, { ...known, [sum]: known[sum] + 1 });
    }
    for (const { idx, actor } of journal.store.lastOfEach('session.started', end))
      if (actor !== null) lastSignIn.set(actor, journal.entry(idx).at);
    const people = deps.people().map((person): AccessOfPerson => {
      const none = { signIns: 0, failedAttempts: 0, stepUps: 0, refusals: 0, exports: 0 };
      return {
        operator: person.id,
        operatorName: nameOf(person.id),
        role: person.role,
        roleSince: roleSince(person),
        active: person.active,
        secondFactor: deps.secondFactorOf(person.id),
        lastSignIn: lastSignIn.get(person.id) ?? null,
        ...(counts.get(person.id) ?? none),
      };
    });
    return {
      from,
      to,
      people,
      unknownAttempts,
      upTo,
      digest: digestOf({ from, to, people, unknownAttempts, upTo }),
      lastReview: lastReview(),
    };
  };

  const roleSince = ({ id, role, createdAt }: Operator): string =>
    journal.store
      .ofTypes(roleEntries, 0)
      .map(({ idx }) => journal.entry(idx))
      .findLast(({ data }) => data.operator === id && (data.to ?? data.role) === role)?.at ?? createdAt;

  const lastReview = (): AccessReview['lastReview'] => {
    const last = journal.store.ofTypes(['access.reviewed'], 0).at(-1);
    if (!last) return null;
    const { at, data, actor } = journal.entry(last.idx);
    const by = OperatorId.safeParse(actor).data;
    return { at, byName: by ? nameOf(by) : null, ...Period.parse({ from: data.from, to: data.to }) };
  };

  const handlers = {
    'access.review': period => review(period),
    'access.export': async ({ from, to, format }, caller) => {
      const seen = asSeenBy(caller.role, review({ from, to }));
      const by = asSeenBy(caller.role, { operatorName: nameOf(caller.operatorId) }).operatorName;
      const file = format === 'csv' ? accessTable(seen) : pdfFile(seen, await deps.printTable(accessPage(seen, by)));
      database.write(tx =>
        journal.append(tx, {
          type: 'table.exported',
          actor: caller.operatorId,
          data: { table: 'access_review', format, from, to },
        }),
      );
      return file;
    },
    'access.sign_off': ({ from, to, upTo, digest }, caller) => {
      const seen = review({ from, to }, upTo);
      if (seen.digest !== digest)
        throw new BenchError('conflict', 'Something changed since this review was opened. Look at it again.');
      database.write(tx =>
        journal.append(tx, {
          type: 'access.reviewed',
          actor: caller.operatorId,
          data: { from, to, upTo, people: seen.people.length, digest },
        }),
      );
      return review({ from, to });
    },
  } satisfies Pick<Handlers, keyof typeof accessMethods>;

  return { handlers };
}

const roleEntries = ['operator.added', 'operator.role_changed'] as const satisfies EntryType[];

/** Names can be forgotten; what was vouched for stays comparable without them. */
function digestOf({
  people,
  ...rest
}: Pick<AccessReview, 'from' | 'to' | 'people' | 'unknownAttempts' | 'upTo'>): string {
  const nameless = people.map(({ operatorName: _, ...figures }) => figures);
  return createHash('sha256')
    .update(canonicalize({ ...rest, people: nameless }) ?? '')
    .digest('hex');
}
