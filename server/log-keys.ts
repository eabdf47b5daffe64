import { type LogKey, rotationIn, signedByAll } from '../shared/tlog/key-chain.ts';
import { parseVkey, type VerifierKey } from '../shared/tlog/note.ts';
import type { Fleet } from './fleet.ts';
import type { Db, LogRow } from './log-store.ts';

/** All keys that a log ever had, oldest first. */
export async function keysOf(db: Db, log: LogRow): Promise<LogKey[]> {
  const rows = await db
    .selectFrom('log_key')
    .select(['vkey', 'from_size'])
    .where('oh', '=', log.oh)
    .orderBy('from_size')
    .execute();
  if (rows.length === 0) return [{ key: parseVkey(log.vkey), from: 0 }];
  return rows.map(({ vkey, from_size }) => ({ key: parseVkey(vkey), from: from_size }));
}

/**
 * The keys that these new entries put in force, in order; null when one of them did not sign the head over its entry,
 * for then nobody showed that the log holds it.
 */
export function newKeys(log: LogRow, entries: readonly Buffer[], note: string): LogKey[] | null {
  const found: LogKey[] = [];
  let inForce: VerifierKey = parseVkey(log.vkey);
  entries.forEach((bytes, i) => {
    const next = rotationIn(bytes, inForce);
    if (!next) return;
    found.push({ key: next, from: log.size + i + 1 });
    inForce = next;
  });
  return signedByAll(
    note,
    found.map(({ key }) => key),
  )
    ? found
    : null;
}

/** Tells the fleet of the new keys and retires those before them, within the transaction that takes their entries. */
export async function takeKeys(trx: Db, fleet: Fleet, log: LogRow, keys: readonly LogKey[]): Promise<void> {
  let previous = log.vkey;
  const { oh, origin, fleet_index } = log;
  await trx
    .insertInto('log_key')
    .values({ oh, from_size: 0, vkey: previous, fleet_index })
    .onConflict(c => c.doNothing())
    .execute();
  for (const { key, from } of keys) {
    const { vkey } = key;
    const index = await fleet.write(trx, { type: 'key.rotated', data: { origin, previous, vkey, size: from } });
    await trx.insertInto('log_key').values({ oh, from_size: from, vkey, fleet_index: index }).execute();
    previous = vkey;
  }
  await trx.updateTable('log').set({ vkey: previous }).where('oh', '=', oh).execute();
}
