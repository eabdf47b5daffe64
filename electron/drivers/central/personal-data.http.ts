import { z } from 'zod';
import type { Ask } from './access.ts';
import { detailOf, notTheServer, readJson, refusal } from './answers.ts';
import type { PersonalDataServer } from './personal-data.ts';

const pageBytes = 64 * 1024 * 1024;

const Results = z.object({ results: z.array(z.object({ status: z.int() })) });
const Values = z.object({
  values: z.array(z.object({ idx: z.int(), slot: z.int(), ct: z.base64() })),
  next: z.int().nullable(),
});
const Recipients = z.object({ recipients: z.array(z.string()).max(8) });
const State = z.object({
  order: z.int().positive(),
  completedAt: z.string().nullable(),
  waiting: z.int().nonnegative(),
  held: z.int().nonnegative(),
  // A server of before does not name them.
  revoked: z.array(z.uuid()).default([]),
});
const Directory = z.object({ note: z.string(), sealed: z.string() });
const Orders = z.object({
  orders: z.array(z.object({ order: z.int().positive(), entry: z.string(), proof: z.string() })).max(1_000),
});

/** The routes about sealed personal data and forgetting. */
export function personalDataClient(ask: Ask): PersonalDataServer {
  const get = (path: string, signal: AbortSignal, maxBytes?: number) => ask(path, { method: 'GET' }, signal, maxBytes);
  const send = (method: 'POST' | 'PUT', path: string, body: unknown, signal: AbortSignal) => {
    const headers = { 'content-type': 'application/json' };
    return ask(path, body === undefined ? { method } : { method, headers, body: JSON.stringify(body) }, signal);
  };

  return {
    async putSealed(oh, values, signal) {
      const sent = values.map(({ idx, slot, ct }) => ({ idx, slot, ct: ct.toString('base64') }));
      const answer = await send('POST', `v1/logs/${oh}/pii`, { values: sent }, signal);
      if (answer.status !== 200) throw refusal(answer);
      const { results } = readJson(answer, Results);
      if (results.length !== values.length) throw notTheServer();
      return results.map(({ status }) => status);
    },
    async sealedFrom(oh, from, signal) {
      const answer = await get(`v1/logs/${oh}/pii?from=${from}`, signal, pageBytes);
      if (answer.status !== 200) throw refusal(answer);
      const { values, next } = readJson(answer, Values);
      return { values: values.map(value => ({ ...value, ct: Buffer.from(value.ct, 'base64') })), next };
    },
    async escrowKey(signal) {
      const answer = await get('v1/escrow-key', signal);
      if (answer.status === 200 && answer.type === 'text/plain') return answer.text;
      throw refusal(answer);
    },
    async putKey(subject, recipients, signal) {
      const answer = await send('PUT', `v1/subjects/${subject}/key`, { recipients }, signal);
      if (answer.status === 200 || answer.status === 201) return 'stored';
      if (detailOf(answer) !== null && answer.status === 409) return 'differs';
      if (detailOf(answer) !== null && answer.status === 410) return 'forgotten';
      throw refusal(answer);
    },
    async key(subject, signal) {
      const answer = await get(`v1/subjects/${subject}/key`, signal);
      if (answer.status === 200) return readJson(answer, Recipients).recipients;
      if (detailOf(answer) !== null && answer.status === 404) return null;
      if (detailOf(answer) !== null && answer.status === 410) return 'forgotten';
      throw refusal(answer);
    },
    async forget(subject, signal) {
      const answer = await send('POST', `v1/subjects/${subject}/forget`, undefined, signal);
      if (answer.status === 200 || answer.status === 202) return readJson(answer, State);
      const refused = detailOf(answer);
      if (refused !== null && (answer.status === 404 || answer.status === 409)) return { refused };
      throw refusal(answer);
    },
    async forgetState(subject, signal) {
      const answer = await get(`v1/subjects/${subject}/forget`, signal);
      if (answer.status === 200) return readJson(answer, State);
      throw refusal(answer);
    },
    async orders(after, signal) {
      const answer = await get(`v1/orders?after=${after}`, signal);
      if (answer.status === 204 && answer.text === '') return [];
      if (answer.status === 200) return readJson(answer, Orders).orders;
      throw refusal(answer);
    },
    async directory(site, after, signal) {
      const answer = await get(`v1/directory?site=${site}&after=${after}`, signal, pageBytes);
      if (answer.status === 200) return readJson(answer, Directory);
      if (answer.status === 304 || (answer.status === 404 && detailOf(answer) !== null)) return null;
      throw refusal(answer);
    },
    async putDirectory(directory, signal) {
      const answer = await send('PUT', 'v1/directory', directory, signal);
      if (answer.status === 200 || answer.status === 201) return true;
      if (answer.status === 409 && detailOf(answer) !== null) return false;
      throw refusal(answer);
    },
    async acknowledge(order, outcome, signal) {
      const answer = await send('POST', `v1/orders/${order}/ack`, { outcome }, signal);
      if (answer.status === 200) return readJson(answer, State);
      throw refusal(answer);
    },
  };
}
