import { BenchError } from '../../../shared/errors.ts';
import type { OperatorId } from '../../../shared/ids.ts';
import type { Database, Tx } from '../../database/database.ts';
import { query } from '../../database/query.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Journal } from '../journal/journal.ts';

const freeTries = 3;
const longestWaitMs = 5 * 60_000;
/** How long a lock lasts where nobody is there who could open it. */
const loneLockMs = 3_600_000;
const mostUnknown = 10_000;

/** What was tried: the digest of a name or badge, and whose it is where it is somebody's. */
export type Target = { key: string; operator: OperatorId | null; lockAfter: number };
type Refusal = 'credentials' | 'code' | 'badge';

export type AttemptsDeps = {
  database: Database;
  journal: Journal;
  clock: Clock;
  /** Whether anybody else could unlock an account. */
  canBeUnlocked(): boolean;
};

/**
 * Counts failed attempts by name, whether or not anybody has it, and makes the next one wait longer. Counts are on
 * disk; waiting is measured on the clock that nobody can set, and begins again at a restart.
 */
export function createAttempts({ database, journal, clock, canBeUnlocked }: AttemptsDeps) {
  const monotonicMs = () => Number(clock.monotonicNs() / 1_000_000n);
  const startedMs = monotonicMs();
  const turns = new Map<string, Promise<unknown>>();
  const rows = query.selectFrom('sign_in_attempt').selectAll();
  const find = (key: string) => database.read.get(rows.where('key', '=', key));

  const waitOf = (failed: number, lockAfter: number) => {
    if (failed >= lockAfter) return canBeUnlocked() ? Number.POSITIVE_INFINITY : loneLockMs;
    return failed < freeTries ? 0 : Math.min(1_000 * 2 ** (failed - freeTries), longestWaitMs);
  };
  const waitLeft = ({ key, lockAfter }: Target): number => {
    const row = find(key);
    if (!row) return 0;
    const since = row.boot === clock.boot ? row.at_ms : startedMs;
    return Math.max(0, waitOf(row.failed, lockAfter) - (monotonicMs() - since));
  };
  const refused = (tx: Tx, target: Target, cause: Refusal | 'delayed' | 'locked') =>
    journal.append(tx, { type: 'session.refused', actor: target.operator ?? undefined, data: { cause } });

  const assertOpen = (target: Target) => {
    const left = waitLeft(target);
    if (left === 0) return;
    const locked = (find(target.key)?.failed ?? 0) >= target.lockAfter;
    database.write(tx => refused(tx, target, locked ? 'locked' : 'delayed'));
    if (locked) {
      throw new BenchError(
        'too_many_attempts',
        'Too many failed attempts: locked. A supervisor or admin can unlock it.',
      );
    }
    throw new BenchError('too_many_attempts', `Wait ${Math.ceil(left / 1_000)} seconds before the next attempt.`);
  };

  return {
    /** Runs attempts at the same target one after another; throws `too_many_attempts` while it is closed. */
    async inTurn<T>(target: Target, work: () => Promise<T>): Promise<T> {
      const before = turns.get(target.key) ?? Promise.resolve();
      const mine = before
        .catch(() => {})
        .then(() => {
          assertOpen(target);
          return work();
        });
      turns.set(target.key, mine);
      try {
        return await mine;
      } finally {
        if (turns.get(target.key) === mine) turns.delete(target.key);
      }
    },
    /** Counts and records a failed attempt. */
    fail(target: Target, cause: Refusal): void {
      database.write(tx => {
        const failed = (find(target.key)?.failed ?? 0) + 1;
        const row = { operator: target.operator, failed, boot: clock.boot, at_ms: monotonicMs() };
        const insert = query.insertInto('sign_in_attempt').values({ key: target.key, ...row });
        tx.run(insert.onConflict(c => c.column('key').doUpdateSet(row)));
        refused(tx, target, cause);
        if (failed === target.lockAfter) {
          journal.append(tx, { type: 'sign_in.locked', data: { operator: target.operator } });
        }
        pruneUnknown(tx);
      });
    },
    clear(tx: Tx, key: string): boolean {
      return tx.run(query.deleteFrom('sign_in_attempt').where('key', '=', key)).changes > 0;
    },
    /** Failed attempts since the last success, and whether nobody gets in any more. */
    of(key: string, lockAfter: number): { failed: number; locked: boolean } {
      const failed = find(key)?.failed ?? 0;
      return { failed, locked: failed >= lockAfter };
    },
  };
}

/** Names that are nobody's are kept in bounds; those of people stay until they get in. */
function pruneUnknown(tx: Tx) {
  const unknown = query.selectFrom('sign_in_attempt').where('operator', 'is', null);
  const count = tx.get(unknown.select(e => e.fn.countAll<number>().as('count')))?.count ?? 0;
  if (count <= mostUnknown) return;
  const least = unknown
    .select('key')
    .orderBy('failed')
    .limit(count - mostUnknown);
  tx.run(query.deleteFrom('sign_in_attempt').where('key', 'in', least));
}

export type Attempts = ReturnType<typeof createAttempts>;
