import type { FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import type { ServerTables } from '../database/tables.ts';
import type { LogRow } from '../log-store.ts';
import { ServerError } from '../problems.ts';
import type { StationOf } from './tokens.ts';

type Deps = { db: Kysely<ServerTables>; stationOf: StationOf };

/** The log that a request of its station names; throws ServerError 401, 403 or 404. */
export function ownLogOf({ db, stationOf }: Deps) {
  return async (request: FastifyRequest<{ Params: { oh: string } }>): Promise<LogRow & { station: string }> => {
    const station = await stationOf(request);
    const log = await db.selectFrom('log').selectAll().where('oh', '=', request.params.oh).executeTakeFirst();
    if (!log || log.station === null) throw new ServerError(404, 'No such log is enrolled here.');
    if (log.station !== station) throw new ServerError(403, 'This is the log of another station.');
    return { ...log, station };
  };
}
