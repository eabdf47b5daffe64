import { createHash, type KeyObject, randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Kysely } from 'kysely';
import { TlogError } from '../../shared/tlog/errors.ts';
import { parseVkey, type VerifierKey } from '../../shared/tlog/note.ts';
import { enrolmentText, showsItsKeys } from '../access/possession.ts';
import type { ServerTables } from '../database/tables.ts';
import type { Fleet } from '../fleet.ts';
import { emptyLog, originHash } from '../log-store.ts';
import { ServerError } from '../problems.ts';
import { EnrolRequest } from '../schemas.ts';

type Deps = {
  db: Kysely<ServerTables>;
  fleet: Fleet;
  witnessVkey: string;
  /** X25519 key with which stations show that they hold theirs. */
  escrowKey: KeyObject;
  now: () => number;
};

/** Takes a station in: a one-time code, a prefix nobody has, and proof that it holds its keys. */
export function enrolRoutes(app: FastifyInstance, { db, fleet, witnessVkey, escrowKey, now }: Deps): void {
  app.post('/v1/enrol', { bodyLimit: 16_384 }, async (request, reply) => {
    const parsed = EnrolRequest.safeParse(request.body);
    if (!parsed.success)
      throw new ServerError(400, parsed.error.issues.map(i => `${i.path.join('.')}: ${i.message}`).join('; '));
    const { code, prefix, stationId, vkey } = parsed.data;
    const key = logKey(vkey, stationId);
    if (!showsItsKeys(enrolmentText(parsed.data), parsed.data, key.publicKey, escrowKey))
      throw new ServerError(400, 'The station did not prove that it holds its keys.');
    const origin = key.name;
    await db.transaction().execute(async trx => {
      // One enrolment at a time, so that no code and no prefix is given twice.
      await fleet.hold(trx);
      const known = await trx.selectFrom('log').selectAll().where('oh', '=', originHash(origin)).executeTakeFirst();
      // The answer to an enrolment can get lost: the same station asks again with the same code and key.
      if (known?.vkey === vkey && (await usedBy(trx, code)) === stationId) return;
      const { station: madeFor } = await useCode(trx, code, stationId);
      const taken = await trx
        .selectFrom('log')
        .select(['station', 'prefix'])
        .where('prefix', '=', prefix)
        .executeTakeFirst();
      if (taken && taken.station !== stationId) throw new ServerError(409, `Another station has the prefix ${prefix}.`);
      if (known) throw new ServerError(409, 'This log is enrolled already.');
      await takeKeys(trx, parsed.data, madeFor === stationId);
      await closeEarlier(trx, stationId, epochOf(origin));
      const data = { origin, vkey, prefix, witnessVkey };
      const fleetIndex = await fleet.write(trx, { type: 'station.enrolled', data });
      await trx
        .insertInto('log')
        .values({ ...emptyLog({ origin, vkey, station: stationId, prefix }), fleet_index: fleetIndex })
        .execute();
    });
    return reply.code(201).send({ origin, witnessVkey, fleetVkey: fleet.vkey });
  });

  const usedBy = async (trx: Kysely<ServerTables>, code: string): Promise<string | null> => {
    const hash = hashCode(code);
    const row = await trx.selectFrom('enrol_code').select('used_by').where('hash', '=', hash).executeTakeFirst();
    return row?.used_by ?? null;
  };

  const useCode = async (trx: Kysely<ServerTables>, code: string, stationId: string) => {
    const hash = hashCode(code);
    const row = await trx.selectFrom('enrol_code').selectAll().where('hash', '=', hash).executeTakeFirst();
    if (!row) throw new ServerError(400, 'This enrolment code is not known here.');
    if (row.used_by !== null) throw new ServerError(409, 'This enrolment code was used before. Ask for another.');
    if (Date.parse(row.expires_at) <= now())
      throw new ServerError(410, 'This enrolment code has expired. Ask for another.');
    if (row.station !== null && row.station !== stationId)
      throw new ServerError(409, 'This enrolment code was made for another station.');
    await trx
      .updateTable('enrol_code')
      .set({ used_by: stationId })
      .where('hash', '=', hash)
      .where('used_by', 'is', null)
      .execute();
    return row;
  };

  /** A station writes one log: of those before it nothing more is taken, and none of them comes back. */
  const closeEarlier = async (trx: Kysely<ServerTables>, station: string, epoch: number) => {
    const logs = await trx.selectFrom('log').select(['oh', 'origin']).where('station', '=', station).execute();
    if (logs.some(log => epochOf(log.origin) > epoch))
      throw new ServerError(409, 'This station has gone on in a later log. This one is not taken any more.');
    for (const { oh } of logs)
      await trx
        .updateTable('log')
        .set({ frozen: `The station goes on in its log ${epoch}.` })
        .where('oh', '=', oh)
        .execute();
  };

  /** Any code takes in a new station; only one that was made for a station gives it other keys. */
  const takeKeys = async (trx: Kysely<ServerTables>, request: EnrolRequest, mayReplace: boolean) => {
    const { stationId: id, authKey: auth_key, encryptionKey: encryption_key } = request;
    const known = await trx.selectFrom('station').selectAll().where('id', '=', id).executeTakeFirst();
    const isSame = known?.auth_key === auth_key && known.encryption_key === encryption_key;
    if (isSame && known.revoked_at === null) return;
    if (known && !mayReplace)
      throw new ServerError(409, 'This station is known here by other keys. It needs a code that was made for it.');
    const keys = { auth_key, encryption_key, enrolled_at: new Date(now()).toISOString(), revoked_at: null };
    if (isSame) throw new ServerError(409, 'The keys of this station were revoked. It needs new ones.');
    await trx
      .insertInto('station')
      .values({ id, ...keys })
      .onConflict(c => c.column('id').doUpdateSet(keys))
      .execute();
  };
}

/** A log is named after its station and epoch, so nobody can enrol a log of another station. */
function logKey(vkey: string, stationId: string): VerifierKey {
  try {
    const key = parseVkey(vkey);
    if (key.algorithm === 'ed25519' && new RegExp(`^[a-z0-9.-]+/s/${stationId}/\\d{1,6}$`).test(key.name)) return key;
  } catch (error) {
    if (!(error instanceof TlogError)) throw error;
  }
  throw new ServerError(400, 'The verifier key is not that of a log of this station.');
}

function epochOf(origin: string): number {
  return Number(origin.split('/').at(-1));
}

function hashCode(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}

/**
 * A code that one station may use once within `ttlMs`; only its hash is kept. `station` may come back by it with other
 * keys, and no other may use it.
 */
export async function createEnrolCode(
  db: Kysely<ServerTables>,
  { nowMs, ttlMs, station = null }: { nowMs: number; ttlMs: number; station?: string | null },
): Promise<string> {
  const code = randomBytes(15).toString('base64url');
  const expires_at = new Date(nowMs + ttlMs).toISOString();
  await db
    .insertInto('enrol_code')
    .values({ hash: hashCode(code), expires_at, used_by: null, station })
    .execute();
  return code;
}
