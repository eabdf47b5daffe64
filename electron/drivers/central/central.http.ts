import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { BenchError } from '../../../shared/errors.ts';
import { type Answer, detailOf, notTheServer, readJson, refusal } from './answers.ts';
import type { BatchAnswer, Central, EnrolRequest } from './central.ts';
import { personalDataClient } from './personal-data.http.ts';

const patienceMs = 30_000;
const maxAnswerBytes = 256 * 1024;
const gzipFromBytes = 2_048;

const Enrolment = z.object({ origin: z.string().min(1), witnessVkey: z.string().min(1), fleetVkey: z.string().min(1) });
const FleetEntry = z.object({ entry: z.string().min(1), proof: z.string().min(1) });
const FleetProof = FleetEntry.extend({
  rotations: z.array(FleetEntry).default([]),
  revoked: FleetEntry.nullable().default(null),
});

/** Headers that prove which station asks. */
export type Authorise = (method: string, url: URL) => Promise<Record<string, string>>;

/** A client of the central server at this address; an answer that is not complete within `timeoutMs` is none. */
export function createCentralClient(baseUrl: string, timeoutMs = patienceMs, authorise?: Authorise): Central {
  const base = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`;
  const ask = (path: string, init: RequestInit, signal: AbortSignal, maxBytes = maxAnswerBytes) =>
    fetchCapped(new URL(path, base), init, { signal, timeoutMs, maxBytes });
  const askAsStation = async (path: string, init: RequestInit, signal: AbortSignal, maxBytes?: number) => {
    const url = new URL(path, base);
    const proof = (await authorise?.(init.method ?? 'GET', url)) ?? {};
    return ask(
      path,
      { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), ...proof } },
      signal,
      maxBytes,
    );
  };

  return {
    ...personalDataClient(askAsStation),
    async enrol(request: EnrolRequest, signal) {
      const headers = { 'content-type': 'application/json' };
      const answer = await ask('v1/enrol', { method: 'POST', headers, body: JSON.stringify(request) }, signal);
      if (answer.status === 201) return readJson(answer, Enrolment);
      throw refusal(answer);
    },
    async checkpoint(oh, signal) {
      const answer = await ask(`v1/logs/${oh}/checkpoint`, { method: 'GET' }, signal);
      if (answer.status === 200 && answer.type === 'text/plain') return answer.text;
      throw refusal(answer);
    },
    async fleetProof(oh, signal) {
      const answer = await ask(`fleet/stations/${oh}/proof`, { method: 'GET' }, signal);
      if (answer.status === 200) return readJson(answer, FleetProof);
      throw refusal(answer);
    },
    async putBatch(oh, body, signal) {
      const packed = body.length >= gzipFromBytes;
      const headers: Record<string, string> = { 'content-type': 'application/vnd.audit-batch.v1' };
      if (packed) headers['content-encoding'] = 'gzip';
      const bytes = packed ? gzipSync(body) : body;
      return batchAnswer(
        await ask(`v1/logs/${oh}/batches`, { method: 'POST', headers, body: Uint8Array.from(bytes) }, signal),
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

type Limits = { signal: AbortSignal; timeoutMs: number; maxBytes: number };

async function fetchCapped(url: URL, init: RequestInit, { signal, timeoutMs, maxBytes }: Limits): Promise<Answer> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: limited });
    const wait = Number(response.headers.get('retry-after'));
    return {
      status: response.status,
      type: (response.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '',
      text: await readCapped(response, maxBytes),
      retryAfterMs: Number.isFinite(wait) && wait > 0 ? wait * 1_000 : null,
    };
  } catch (cause) {
    if (cause instanceof BenchError) throw cause;
    if (signal.aborted) throw new BenchError('server_unreachable', 'The attempt was stopped.', { cause });
    throw new BenchError(
      'server_unreachable',
      'The central server does not answer. Check the network; the bench goes on working.',
      { cause },
    );
  }
}

async function readCapped(response: Response, maxBytes: number): Promise<string> {
  if (!response.body) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > maxBytes) throw notTheServer();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
