import type { Fleet } from './fleet.ts';
import type { Db } from './log-store.ts';
import { completeOrdersWithout } from './order-state.ts';
import { ServerError } from './problems.ts';

/**
 * Disowns every log of a station within `trx`: each at the size that was last cosigned, or the log in force at `size`
 * where it is known from when on others wrote it. The fleet log tells it to everybody, the station is refused from now
 * on, whatever token it has, and nothing more is taken. A log that was revoked before stays revoked where it was. Orders
 * to forget that waited for it alone are complete without it. Throws ServerError 404 for no such station, and 409 for a size beyond what was received.
 */
export async function revokeLogs(
  trx: Db,
  fleet: Fleet,
  station: string,
  { now, size }: { now: Date; size: number | null },
): Promise<void> {
  await fleet.hold(trx);
  const logs = await trx
    .selectFrom('log')
    .select(['oh', 'origin', 'size', 'fleet_index'])
    .where('station', '=', station)
    .orderBy('fleet_index')
    .execute();
  const inForce = logs.at(-1);
  if (!inForce) throw new ServerError(404, 'No log of such a station is enrolled here.');
  if (size !== null && size > inForce.size)
    throw new ServerError(409, `Only ${inForce.size} entries of this station were received.`);
  await trx
    .updateTable('station')
    .set({ revoked_at: now.toISOString() })
    .where('id', '=', station)
    .where('revoked_at', 'is', null)
    .execute();
  for (const { oh, origin, size: received } of logs) {
    if (await revocationOf(trx, oh)) continue;
    const upTo = oh === inForce.oh ? (size ?? received) : received;
    const fleet_index = await fleet.write(trx, { type: 'station.revoked', data: { origin, size: upTo } });
    await trx.insertInto('revocation').values({ oh, size: upTo, fleet_index }).execute();
  }
  await completeOrdersWithout(trx, fleet, station, now.toISOString());
}

/** Where this log was revoked; undefined for one that was not. */
export function revocationOf(db: Db, oh: string): Promise<{ size: number; fleet_index: number } | undefined> {
  return db.selectFrom('revocation').select(['size', 'fleet_index']).where('oh', '=', oh).executeTakeFirst();
}
