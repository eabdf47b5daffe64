import type { Kysely } from 'kysely';
import type { ServerTables } from '../database/tables.ts';

/** The auth key that is good beside the station's present one; undefined when there is none. */
export async function retiringKey(db: Kysely<ServerTables>, station: string): Promise<string | undefined> {
  const row = await db.selectFrom('retiring_key').select('auth_key').where('station', '=', station).executeTakeFirst();
  return row?.auth_key;
}

/** The new key was used: the one before it is good for nothing any more. */
export async function retire(db: Kysely<ServerTables>, station: string): Promise<void> {
  await db.deleteFrom('retiring_key').where('station', '=', station).execute();
}
