import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { entriesPath } from '../../../shared/tlog/tile.ts';
import type { Access, Ask } from './access.ts';
import { type Answer, detailOf, notTheServer, readJson, refusal } from './answers.ts';
import type { BatchAnswer, Central, EnrolRequest } from './central.ts';
import { createLine, type LineOptions } from './exchange.http.ts';
import { filesClient } from './files.http.ts';
import { personalDataClient } from './personal-data.http.ts';

const patienceMs = 30_000;
const maxAnswerBytes = 256 * 1024;
const gzipFromBytes = 2_048;
/** As long as 256 entries of the greatest length can be. */
const maxBundleBytes = 17 * 1024 * 1024;

const Enrolment = z.object({ origin: z.string().min(1), witnessVkey: z.string().min(1), fleetVkey: z.string().min(1) });
const FleetEntry = z.object({ entry: z.string().min(1), proof: z.string().min(1) });
const FleetHead = z.object({ note: z.string().min(1), proof: z.array(z.base64()).max(64) });
const FleetProof = FleetEntry.extend({
  rotations: z.array(FleetEntry).default([]),
  revoked: FleetEntry.nullable().default(null),
});

/**
 * A client of the central server at this address; an answer that is not complete within `timeoutMs` is none. `access`
 * makes what lets the requests of a station pass; without it they go as a stranger's.
 */
export function createCentralClient(
  baseUrl: string,
  access: ((ask: Ask) => Access) | null = null,
  { timeoutMs = patienceMs, ...lineOptions }: LineOptions & { timeoutMs?: number } = {},
): Central {
  const line = createLine(lineOptions);
  const base = new URL(baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
  const ask: Ask = (path, init, signal, maxBytes = maxAnswerBytes) =>
    line(new URL(path, base), init, { signal, timeoutMs, maxBytes });
  const gate = access?.(ask);

  const askAsStation: Ask = async (path, init, signal, maxBytes) => {
    const url = new URL(path, base);
    const once = async (mayRepeat: boolean): Promise<Answer> => {
      const proof = (await gate?.headers(init.method ?? 'GET', url, base, signal)) ?? {};
      if (isAnswer(proof)) return proof;
      const headers = { ...Object.fromEntries(new Headers(init.headers)), ...proof };
      const answer = await ask(path, { ...init, headers }, signal, maxBytes);
      const mayHelp = answer.status === 401 && gate?.refused(answer, proof);
      return mayHelp && mayRepeat ? once(false) : answer;
    };
    return once(true);
  };

  return {
    ...personalDataClient(askAsStation),
    ...filesClient(askAsStation),
    async escrowKey(signal) {
      const answer = await ask('v1/escrow-key', { method: 'GET' }, signal);
      if (answer.status === 200 && answer.type === 'text/plain') return answer.text;
      throw refusal(answer);
    },
    async changeKeys(change, signal) {
      const init = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(change) };
      const answer = await askAsStation('v1/station/keys', init, signal);
      if (answer.status !== 204) throw refusal(answer);
    },
    async enrol(request: EnrolRequest, signal) {
      const headers = { 'content-type': 'application/json' };
      const answer = await ask('v1/enrol', { method: 'POST', headers, body: JSON.stringify(request) }, signal);
      if (answer.status === 201) return readJson(answer, Enrolment);
      throw refusal(answer);
    },
    async checkpoint(oh, signal) {
      const answer = await askAsStation(`v1/logs/${oh}/checkpoint`, { method: 'GET' }, signal);
      if (answer.status === 200 && answer.type === 'text/plain') return answer.text;
      throw refusal(answer);
    },
    async entries(oh, n, width, signal) {
      const path = `v1/logs/${oh}/${entriesPath(n, width)}`;
      const answer = await askAsStation(path, { method: 'GET' }, signal, maxBundleBytes);
      if (answer.status === 200 && answer.type === 'application/octet-stream') return answer.bytes;
      throw refusal(answer);
    },
    async fleetProof(oh, signal) {
      const answer = await ask(`fleet/stations/${oh}/proof`, { method: 'GET' }, signal);
      if (answer.status === 200) return readJson(answer, FleetProof);
      throw refusal(answer);
    },
    async fleetHead(from, signal) {
      const answer = await ask(`fleet/head?from=${from}`, { method: 'GET' }, signal);
      if (answer.status !== 200) throw refusal(answer);
      const { note, proof } = readJson(answer, FleetHead);
      return { note, proof: proof.map(hash => Buffer.from(hash, 'base64')) };
    },
    async putBatch(oh, body, signal) {
      const packed = body.length >= gzipFromBytes;
      const headers: Record<string, string> = { 'content-type': 'application/vnd.audit-batch.v1' };
      if (packed) headers['content-encoding'] = 'gzip';
      const bytes = packed ? gzipSync(body) : body;
      return batchAnswer(
        await askAsStation(`v1/logs/${oh}/batches`, { method: 'POST', headers, body: Uint8Array.from(bytes) }, signal),
      );
    },
  };
}

/** What an answer means. Whether the lines of a 200 are the server's is for the caller to verify. */
function batchAnswer(answer: Answer): BatchAnswer {
  const { status, type, text } = answer;
  if (status === 200) {
    if (type === 'text/plain' && text.startsWith('\u2014 ')) return { kind: 'cosigned', lines: text };
    throw notTheServer();
  }
  if (status === 409 && type === 'text/x.tlog.size' && /^\d{1,15}\n?$/.test(text))
    return { kind: 'size_conflict', size: Number(text) };
  if (status === 413) return { kind: 'too_large' };
  if (status === 429 || status === 503) return { kind: 'busy', retryAfterMs: answer.retryAfterMs };
  const detail = detailOf(answer);
  if (detail === null) throw notTheServer();
  if (status === 422) return { kind: 'disputed', detail };
  return status === 423 ? { kind: 'frozen', detail } : { kind: 'refused', status, detail };
}

function isAnswer(given: Record<string, string> | Answer): given is Answer {
  return typeof given.status === 'number';
}
