import type { KeyObject } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Kysely } from 'kysely';
import { parseVkey } from '../../shared/tlog/note.ts';
import { showsItsKeys } from '../access/possession.ts';
import type { StationOf } from '../access/tokens.ts';
import type { ServerTables } from '../database/tables.ts';
import { ServerError } from '../problems.ts';
import { KeyChange } from '../schemas.ts';

type Deps = {
  db: Kysely<ServerTables>;
  stationOf: StationOf;
  escrowKey: KeyObject;
};

/**
 * A station that is known changes the keys by which it is known: its log's key signs for the new ones. The old auth key
 * stays good until the new one is used, so a station that loses the answer is not shut out.
 */
export function keyChangeRoutes(app: FastifyInstance, { db, stationOf, escrowKey }: Deps): void {
  app.put('/v1/station/keys', { bodyLimit: 16_384 }, async (request, reply) => {
    const id = await stationOf(request);
    const parsed = KeyChange.safeParse(request.body);
    if (!parsed.success)
      throw new ServerError(400, parsed.error.issues.map(i => `${i.path.join('.')}: ${i.message}`).join('; '));
    const change = parsed.data;
    await db.transaction().execute(async trx => {
      const station = await trx.selectFrom('station').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
      const log = await trx
        .selectFrom('log')
        .select('vkey')
        .where('station', '=', id)
        .where('vkey', '=', change.vkey)
        .executeTakeFirst();
      if (!log) throw new ServerError(403, 'The key that signs for the change is that of no log of this station.');
      const text = Buffer.from(
        `keys/v1\n${id}\n${change.vkey}\n${change.previous}\n${change.authKey}\n${change.encryptionKey}\n`,
      );
      if (!showsItsKeys(text, change, parseVkey(log.vkey).publicKey, escrowKey))
        throw new ServerError(400, 'The station did not prove that it holds its keys.');
      // The answer can get lost: the same change asked for again is the same.
      if (station.auth_key === change.authKey && station.encryption_key === change.encryptionKey) return;
      if (station.auth_key !== change.previous)
        throw new ServerError(409, 'The keys were changed meanwhile: this change is an older one.');
      await trx
        .insertInto('retiring_key')
        .values({ station: id, auth_key: station.auth_key })
        .onConflict(c => c.column('station').doUpdateSet({ auth_key: station.auth_key }))
        .execute();
      await trx
        .updateTable('station')
        .set({ auth_key: change.authKey, encryption_key: change.encryptionKey })
        .where('id', '=', id)
        .execute();
    });
    return reply.code(204).send();
  });
}
