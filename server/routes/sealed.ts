import type { FastifyInstance } from 'fastify';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { ownLogOf } from '../access/own-log.ts';
import type { StationOf } from '../access/tokens.ts';
import type { ServerTables } from '../database/tables.ts';
import type { Fleet } from '../fleet.ts';
import { ServerError } from '../problems.ts';
import { SealedKey, SealedValues, SubjectPath } from '../schemas.ts';
import type { PutStatus, SealedStore } from '../sealed-store.ts';

type Deps = {
  db: Kysely<ServerTables>;
  fleet: Fleet;
  sealed: SealedStore;
  /** Base64 of the X25519 key that stations seal to. */
  escrowKey: string;
  serverName: string;
  stationOf: StationOf;
};

const manyBytes = 8 * 1024 * 1024;
const words: Record<Exclude<PutStatus, 200 | 201>, string> = {
  404: 'The log has no such entry here, or the entry no such slot.',
  409: 'Something else is stored here.',
  410: 'This subject was ordered to be forgotten.',
  422: 'This is not what the entry commits to.',
};

/** Sealed personal data of a station's entries, and the keys of subjects in escrow: for the station itself alone. */
export function sealedRoutes(app: FastifyInstance, deps: Deps): void {
  const { db, fleet, sealed, stationOf } = deps;

  const ownLog = ownLogOf({ db, stationOf });

  app.put<{ Params: { oh: string; idx: string; slot: string } }>(
    '/v1/logs/:oh/pii/:idx/:slot',
    { bodyLimit: 96 * 1024 },
    async (request, reply) => {
      const log = await ownLog(request);
      if (!Buffer.isBuffer(request.body))
        throw new ServerError(415, 'A sealed value is sent as application/octet-stream.');
      const value = { ...placeOf(request.params), ct: request.body };
      const [status = 404] = await sealed.putValues(log, log.station, [value]);
      if (status >= 400) throw new ServerError(status, words[status as keyof typeof words]);
      return reply.code(status).send();
    },
  );
  app.get<{ Params: { oh: string; idx: string; slot: string } }>(
    '/v1/logs/:oh/pii/:idx/:slot',
    async (request, reply) => {
      const { idx, slot } = placeOf(request.params);
      return reply.type('application/octet-stream').send(await sealed.value(await ownLog(request), idx, slot));
    },
  );
  app.post<{ Params: { oh: string } }>('/v1/logs/:oh/pii', { bodyLimit: manyBytes }, async (request, reply) => {
    const log = await ownLog(request);
    const { values } = parsed(SealedValues, request.body);
    const sent = values.map(({ idx, slot, ct }) => ({ idx, slot, ct: Buffer.from(ct, 'base64') }));
    const statuses = await sealed.putValues(log, log.station, sent);
    const results = statuses.map((status, i) => ({ idx: sent[i]?.idx, slot: sent[i]?.slot, status }));
    return reply.send({ results });
  });
  app.get<{ Params: { oh: string }; Querystring: { from?: string } }>('/v1/logs/:oh/pii', async (request, reply) => {
    const { values, next } = await sealed.values(await ownLog(request), wholeNumber(request.query.from ?? '0'));
    return reply.send({ values: values.map(value => ({ ...value, ct: value.ct.toString('base64') })), next });
  });

  app.put<{ Params: { subject: string } }>('/v1/subjects/:subject/key', async (request, reply) => {
    const station = await stationOf(request);
    const { subject } = parsed(SubjectPath, request.params);
    const { recipients } = parsed(SealedKey, request.body);
    const status = await sealed.putKey(subject, station, JSON.stringify({ recipients }));
    if (status === 409) throw new ServerError(409, 'This station left another key of this subject here.');
    if (status === 410) throw new ServerError(410, words[410]);
    return reply.code(status).send();
  });
  app.get<{ Params: { subject: string } }>('/v1/subjects/:subject/key', async (request, reply) => {
    const station = await stationOf(request);
    const { subject } = parsed(SubjectPath, request.params);
    return reply.type('application/json').send(await sealed.key(subject, station));
  });
  app.get('/v1/escrow-key', async (_, reply) =>
    reply.type('text/plain; charset=utf-8').send(fleet.sign(`${deps.serverName}/escrow\nx25519\n${deps.escrowKey}\n`)),
  );
}

/** The value as its schema says; throws ServerError 400 with the first faults. */
export function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.slice(0, 5).map(i => `${i.path.join('.')}: ${i.message}`);
  throw new ServerError(400, faults.join('; '));
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d{1,15}$/.test(text) || !Number.isSafeInteger(value)) throw new ServerError(400, 'This is no whole number.');
  return value;
}

function placeOf({ idx, slot }: { idx: string; slot: string }): { idx: number; slot: number } {
  return { idx: wholeNumber(idx), slot: wholeNumber(slot) };
}
