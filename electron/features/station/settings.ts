import type { Database, Tx } from '../../database/database.ts';
import { query } from '../../database/query.ts';

/** Names of what the station remembers about itself. */
export type SettingKey =
  | 'station-id'
  | 'prefix'
  | 'site-name'
  | 'station-name'
  | 'ticket-counter'
  | 'report-counter'
  | 'server-url'
  | 'server-pin'
  | 'witness-vkey'
  | 'fleet-vkey'
  | 'fleet-proof'
  | 'fleet-head'
  | 'fleet-inconsistent'
  | 'log-vkey'
  | 'log-enrolled'
  | 'new-log'
  | 'key-times'
  | 'directory'
  | 'site-policy'
  | 'directory-version'
  | 'directory-sent'
  | 'auth-key'
  | 'order-cursor'
  | 'orders-missed'
  | 'replay-from'
  | 'last-contact'
  | 'sampling-block'
  | 'letterhead'
  | 'labels'
  | 'site-authority'
  | 'timestamps'
  | 'checklists'
  | 'recovery-key'
  | 'recovery-key-unconfirmed'
  | 'backup'
  | 'backup-last'
  | 'backup-failed';

/** Small facts about the station, written inside the transaction of whatever changes them. */
export function createSettings(database: Database) {
  const get = (key: SettingKey): string | null =>
    database.read.get(query.selectFrom('setting').select('value').where('key', '=', key))?.value ?? null;
  const set = (tx: Tx, key: SettingKey, value: string) => {
    tx.run(
      query
        .insertInto('setting')
        .values({ key, value })
        .onConflict(c => c.column('key').doUpdateSet({ value })),
    );
  };
  return {
    get,
    set,
    /** Raises a counter by one within `tx`, never below `floor`, and returns the new value. */
    next(tx: Tx, key: 'ticket-counter' | 'report-counter', floor: number): number {
      const value = Math.max(Number(get(key) ?? 0), floor) + 1;
      set(tx, key, String(value));
      return value;
    },
  };
}

export type Settings = ReturnType<typeof createSettings>;
