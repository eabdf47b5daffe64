import type { Fleet } from './fleet.ts';
import type { Db } from './log-store.ts';
import { ServerError } from './problems.ts';

/**
 * Disowns every log of a station at the size that was last cosigned, within `trx`: the fleet log tells it to everybody,
 * the station is refused from now on, whatever token it has, and nothing more is taken. A log that was revoked before stays revoked where it was. Throws 404 for no such station.
 */
export async function revokeLogs(trx: Db, fleet: Fleet, station: string, at: Date): Promise<void> {
  await fleet.hold(trx);
  const logs = await trx.selectFrom('log').select(['oh', 'origin', 'size']).where('station', '=', station).execute();
  if (logs.length === 0) throw new ServerError(404, 'No log of such a station is enrolled here.');
  await trx
    .updateTable('station')
    .set({ revoked_at: at.toISOString() })
    .where('id', '=', station)
    .where('revoked_at', 'is', null)
    .execute();
  for (const { oh, origin, size } of logs) {
    if (await revocationOf(trx, oh)) continue;
    const fleet_index = await fleet.write(trx, { type: 'station.revoked', data: { origin, size } });
    await trx.insertInto('revocation').values({ oh, size, fleet_index }).execute();
  }
}

/** Where this log was revoked; undefined for one that was not. */
export function revocationOf(db: Db, oh: string): Promise<{ size: number; fleet_index: number } | undefined> {
  return db.selectFrom('revocation').select(['size', 'fleet_index']).where('oh', '=', oh).executeTakeFirst();
}
