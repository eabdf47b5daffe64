import type { FastifyInstance } from 'fastify';
import type { Kysely } from 'kysely';
import { openDirectoryNote } from '../../shared/tlog/directory-note.ts';
import { TlogError } from '../../shared/tlog/errors.ts';
import type { StationOf } from '../access/tokens.ts';
import type { ServerTables } from '../database/tables.ts';
import { ServerError } from '../problems.ts';
import { DirectoryPut, DirectoryQuery } from '../schemas.ts';
import { parsed } from './sealed.ts';

type Deps = { db: Kysely<ServerTables>; stationOf: StationOf; purge(): Promise<boolean> };

const mostBytes = 10 * 1024 * 1024;

/** The newest signed directory of a site. Its first key is pinned: no other can ever replace it. */
export function directoryRoutes(app: FastifyInstance, { db, stationOf, purge }: Deps): void {
  const find = (site: string) =>
    db.selectFrom('site_directory').selectAll().where('site', '=', site).executeTakeFirst();

  app.get('/v1/directory', async (request, reply) => {
    await stationOf(request);
    const { site, after } = parsed(DirectoryQuery, request.query);
    const row = await find(site);
    if (!row) throw new ServerError(404, 'No directory of this site was left here.');
    if (row.version <= after) return reply.code(304).send();
    return reply.send({ note: row.note, sealed: row.sealed });
  });

  app.put('/v1/directory', { bodyLimit: mostBytes }, async (request, reply) => {
    await stationOf(request);
    const { vkey, note, sealed } = parsed(DirectoryPut, request.body);
    const { site, version } = headOf({ note, sealed }, vkey);
    const status = await db.transaction().execute(async trx => {
      await trx
        .insertInto('site_directory')
        .values({ site, vkey, version: 0, note: '', sealed: '' })
        .onConflict(c => c.column('site').doUpdateSet({ site }))
        .execute();
      const row = await trx.selectFrom('site_directory').selectAll().where('site', '=', site).executeTakeFirstOrThrow();
      if (row.vkey !== vkey) throw new ServerError(403, 'Another key signs the directory of this site.');
      if (row.version === version && row.note === note) return 200;
      if (row.version >= version) throw new ServerError(409, `Version ${row.version} is here already.`);
      await trx.updateTable('site_directory').set({ version, note, sealed }).where('site', '=', site).execute();
      return row.version === 0 ? 201 : 200;
    });
    // Somebody who was forgotten is in no version any more, nor in what is left of an older one.
    await purge();
    return reply.code(status).send();
  });
}

function headOf(signed: { note: string; sealed: string }, vkey: string) {
  try {
    return openDirectoryNote(signed, vkey);
  } catch (error) {
    if (error instanceof TlogError)
      throw new ServerError(403, 'The directory is not signed by this key.', { cause: error });
    throw error;
  }
}
