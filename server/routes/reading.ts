import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Kysely } from 'kysely';
import { encodeBundle } from '../../shared/tlog/bundle.ts';
import type { NoteSigner } from '../../shared/tlog/note.ts';
import { tileWidth } from '../../shared/tlog/tile.ts';
import { ownLogOf } from '../access/own-log.ts';
import type { StationOf } from '../access/tokens.ts';
import type { ServerTables } from '../database/tables.ts';
import type { Fleet } from '../fleet.ts';
import { entriesOf, hashesOf, type LogRow } from '../log-store.ts';
import { ServerError } from '../problems.ts';
import { wholeNumber } from './sealed.ts';

type Deps = { db: Kysely<ServerTables>; fleet: Fleet; cosigner: NoteSigner; stationOf: StationOf };

/** Heads, tiles and entries in the tlog-tiles layout: of a station's log for itself, of the fleet log for anybody. */
export function readingRoutes(app: FastifyInstance, { db, fleet, cosigner, stationOf }: Deps): void {
  const ownLog = ownLogOf({ db, stationOf });
  const find = async (oh: string): Promise<LogRow> => {
    const log = await db.selectFrom('log').selectAll().where('oh', '=', oh).executeTakeFirst();
    if (!log) throw new ServerError(404, 'No such log is enrolled here.');
    return log;
  };

  const tile = async (reply: FastifyReply, log: LogRow, path: string) => {
    const { level, n, width } = parseTilePath(path);
    const span = level === 'entries' ? 1 : tileWidth ** level;
    const from = n * tileWidth;
    const to = from + width;
    if (to * span > log.size) throw new ServerError(404, 'The log is not that long.');
    const bytes =
      level === 'entries'
        ? encodeBundle(await entriesOf(db, log.oh, from, to))
        : Buffer.concat(await hashesOf(db, log.oh, level, from, to));
    return reply.type('application/octet-stream').send(bytes);
  };

  app.get<{ Params: { oh: string } }>('/v1/logs/:oh/checkpoint', async (request, reply) => {
    const log = await ownLog(request);
    const row = await db
      .selectFrom('checkpoint')
      .select('note')
      .where('oh', '=', log.oh)
      .where('size', '=', log.size)
      .executeTakeFirst();
    if (!row) throw new ServerError(404, 'Nothing of this log was received yet.');
    const text = row.note.slice(0, row.note.lastIndexOf('\n\n') + 1);
    return reply.type('text/plain; charset=utf-8').send(row.note + cosigner.sign(text));
  });
  app.get<{ Params: { oh: string; '*': string } }>('/v1/logs/:oh/tile/*', async (request, reply) =>
    tile(reply, await ownLog(request), request.params['*']),
  );

  app.get('/fleet/checkpoint', async (_, reply) =>
    reply.type('text/plain; charset=utf-8').send((await fleet.checkpoint()).note),
  );
  app.get<{ Querystring: { from?: string } }>('/fleet/head', async (request, reply) =>
    reply.send(await fleet.headSince(wholeNumber(request.query.from ?? '0'))),
  );
  app.get<{ Params: { '*': string } }>('/fleet/tile/*', async (request, reply) =>
    tile(reply, await find(fleet.oh), request.params['*']),
  );
  app.get<{ Params: { oh: string } }>('/fleet/stations/:oh/proof', async (request, reply) => {
    const log = await find(request.params.oh);
    if (log.station === null) throw new ServerError(404, 'This is no log of a station.');
    return reply.send(await fleet.proofOf(log));
  });
}

/** `0/x001/234`, `entries/000.p/17`, …; throws 404 for what is no tile path. */
function parseTilePath(path: string): { level: number | 'entries'; n: number; width: number } {
  const [, name, groups, partial] = /^(entries|\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path) ?? [];
  const n = Number(groups?.replace(/[x/]/g, ''));
  const width = partial === undefined ? tileWidth : Number(partial);
  if (name === undefined || !Number.isSafeInteger(n) || width < 1 || width > tileWidth)
    throw new ServerError(404, 'This is no path of a tile.');
  return { level: name === 'entries' ? 'entries' : Number(name), n, width };
}
