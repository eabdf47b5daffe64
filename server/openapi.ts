import { z } from 'zod';
import {
  Acknowledgement,
  BlobState,
  Directory,
  DirectoryPut,
  Enrolment,
  EnrolRequest,
  FleetHead,
  FleetProof,
  ForgetState,
  Health,
  KeyChange,
  Orders,
  Problem,
  SealedKey,
  SealedOutcomes,
  SealedPage,
  SealedValues,
  TokenAnswer,
  TokenRequest,
} from './schemas.ts';

type Content = { type: string; schema?: z.ZodType };
type Operation = {
  summary: string;
  body?: Content;
  answers: Record<number, { description: string; content?: Content }>;
  /** Statuses that are answered with a problem document. */
  problems: readonly number[];
};

const json = (schema: z.ZodType): Content => ({ type: 'application/json', schema });
const text: Content = { type: 'text/plain' };
const bytes: Content = { type: 'application/octet-stream' };
const ok = (description: string, content: Content) => ({ 200: { description, content } });

/** Every route of the server, as `METHOD path` in the words of its router. */
const operations: Record<string, Operation> = {
  'PUT /v1/station/keys': {
    summary: 'New keys of a station that is known, signed with the key of its log',
    body: json(KeyChange),
    answers: { 204: { description: 'The new keys hold; the old auth key too, until the new one is used' } },
    problems: [400, 401, 403, 409, 413, 415, 429],
  },
  'POST /v1/enrol': {
    summary: 'Take a station and its log in',
    body: json(EnrolRequest),
    answers: { 201: { description: 'The keys to trust from now on', content: json(Enrolment) } },
    problems: [400, 409, 410, 413, 429],
  },
  'POST /oauth/token': {
    summary: 'A token of 15 minutes, bound to the key that proves each request',
    body: { type: 'application/x-www-form-urlencoded', schema: TokenRequest },
    answers: ok('The token', json(TokenAnswer)),
    problems: [400, 401, 403, 413, 415, 429, 503],
  },
  'POST /v1/logs/:oh/batches': {
    summary: 'Entries with the signed head that they add up to',
    body: { type: 'application/vnd.audit-batch.v1' },
    answers: {
      ...ok('Cosignature lines over the head', text),
      409: { description: 'The size of the log here', content: { type: 'text/x.tlog.size' } },
    },
    problems: [400, 401, 403, 404, 413, 415, 422, 423, 429, 503],
  },
  'GET /v1/logs/:oh/checkpoint': {
    summary: 'The newest head of a log, signed by its station and cosigned',
    answers: ok('A signed note', text),
    problems: [401, 403, 404, 429],
  },
  'GET /v1/logs/:oh/tile/*': {
    summary: 'A tile or an entry bundle of a log',
    answers: ok('Hashes, or entries with their lengths', bytes),
    problems: [401, 403, 404, 429],
  },
  'PUT /v1/logs/:oh/pii/:idx/:slot': {
    summary: 'One sealed value of an entry',
    body: bytes,
    answers: { 200: { description: 'It was here already' }, 201: { description: 'Stored' } },
    problems: [400, 401, 403, 404, 409, 410, 413, 415, 422, 429],
  },
  'GET /v1/logs/:oh/pii/:idx/:slot': {
    summary: 'One sealed value, for the station it came from',
    answers: ok('Ciphertext', bytes),
    problems: [400, 401, 403, 404, 429],
  },
  'POST /v1/logs/:oh/pii': {
    summary: 'Many sealed values at once',
    body: json(SealedValues),
    answers: ok('What became of each', json(SealedOutcomes)),
    problems: [400, 401, 403, 404, 413, 415, 429],
  },
  'GET /v1/logs/:oh/pii': {
    summary: 'Sealed values of 500 entries from `?from=` on, for the station they came from',
    answers: ok('A page', json(SealedPage)),
    problems: [400, 401, 403, 404, 429],
  },
  'PUT /v1/blobs/:sha256': {
    summary: 'A piece of an encrypted file, `?at=` bytes from its start, of `?size=` bytes, about `?subject=`',
    body: bytes,
    answers: {
      ...ok('The file was here already', json(BlobState)),
      201: { description: 'The file is whole, and is what its name says', content: json(BlobState) },
      202: { description: 'Taken; the next piece begins at `received`', content: json(BlobState) },
    },
    problems: [400, 401, 403, 409, 410, 413, 415, 422, 429, 503],
  },
  'GET /v1/blobs/:sha256/state': {
    summary: 'How much of a file has arrived from this station',
    answers: ok('Bytes of it', json(BlobState)),
    problems: [400, 401, 403, 404, 429],
  },
  'GET /v1/blobs/:sha256': {
    summary: 'A file that this very station left here, from a byte on with a range `bytes=N-`',
    answers: { ...ok('The ciphertext', bytes), 206: { description: 'The rest of it', content: bytes } },
    problems: [400, 401, 403, 404, 416, 429],
  },
  'PUT /v1/subjects/:subject/key': {
    summary: 'The key of a subject, sealed to each who may open it',
    body: json(SealedKey),
    answers: { 200: { description: 'It was here already' }, 201: { description: 'Stored' } },
    problems: [400, 401, 403, 409, 410, 413, 415, 429],
  },
  'GET /v1/subjects/:subject/key': {
    summary: 'The sealed key that this very station left here',
    answers: ok('The key, once for each recipient', json(SealedKey)),
    problems: [400, 401, 403, 404, 410, 429],
  },
  'GET /v1/escrow-key': {
    summary: 'The X25519 key that keys of subjects are sealed to, signed with the fleet key',
    answers: ok('A signed note', text),
    problems: [429],
  },
  'POST /v1/subjects/:subject/forget': {
    summary: 'Order every station that holds anything of a subject to forget it',
    answers: {
      ...ok('It was ordered before', json(ForgetState)),
      202: { description: 'Ordered', content: json(ForgetState) },
    },
    problems: [400, 401, 403, 404, 409, 429],
  },
  'GET /v1/subjects/:subject/forget': {
    summary: 'How far the fleet is with forgetting a subject',
    answers: ok('The order', json(ForgetState)),
    problems: [400, 401, 403, 404, 429],
  },
  'GET /v1/orders': {
    summary: 'Orders to forget after number `?after=`, a hundred at most',
    answers: {
      ...ok('Leaves of the fleet log with their proofs', json(Orders)),
      204: { description: 'There are none' },
    },
    problems: [400, 401, 403, 429],
  },
  'POST /v1/orders/:n/ack': {
    summary: 'The station has forgotten, or a legal hold of its own forbids it',
    body: json(Acknowledgement),
    answers: ok('The order', json(ForgetState)),
    problems: [400, 401, 403, 404, 413, 415, 429],
  },
  'GET /v1/directory': {
    summary: 'The newest directory of the accounts of a site, `?site=` and after version `?after=`',
    answers: { ...ok('Signed and sealed', json(Directory)), 304: { description: 'There is no newer one' } },
    problems: [400, 401, 403, 404, 429],
  },
  'PUT /v1/directory': {
    summary: 'A newer directory; the first key of a site is pinned',
    body: json(DirectoryPut),
    answers: { 200: { description: 'It replaces the older one, or was here' }, 201: { description: 'The first' } },
    problems: [400, 401, 403, 409, 413, 415, 429],
  },
  'GET /fleet/checkpoint': {
    summary: 'The head of the fleet log',
    answers: ok('A signed note', text),
    problems: [429],
  },
  'GET /fleet/head': {
    summary: 'The head of the fleet log with the proof that it continues the head of `?from=` entries',
    answers: ok('A signed note and hashes; none when `from` is 0 or not smaller than the head', json(FleetHead)),
    problems: [400, 429],
  },
  'GET /fleet/tile/*': {
    summary: 'A tile or an entry bundle of the fleet log',
    answers: ok('Hashes, or entries with their lengths', bytes),
    problems: [404, 429],
  },
  'GET /fleet/stations/:oh/proof': {
    summary: "Why the key of a station's log is to be believed",
    answers: ok('The leaf that names it, proven', json(FleetProof)),
    problems: [404, 429],
  },
  'GET /health': { summary: 'Whether the store answers', answers: ok('It does', json(Health)), problems: [500] },
  'GET /metrics': {
    summary:
      'Counts in the text format of Prometheus: with their bearer secret, or without one in force on this machine',
    answers: ok('Counts', text),
    problems: [401, 403, 500],
  },
  'GET /openapi.json': { summary: 'This document', answers: ok('OpenAPI 3.1', json(z.looseObject({}))), problems: [] },
};

/** Throws when a route is served that the document does not name, so that neither can leave the other behind. */
export function mustBeDescribed(method: string, url: string): void {
  if (method !== 'HEAD' && !Object.hasOwn(operations, `${method} ${url}`))
    throw new Error(`${method} ${url} is not described in openapi.ts`);
}

/** The OpenAPI 3.1 document of the server; its schemas are those that requests are checked with. */
export function openapiDocument(): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, operation] of Object.entries(operations)) {
    const [method = '', url = ''] = name.split(' ');
    const path = url.replace(/:(\w+)/g, '{$1}').replace('*', '{path}');
    paths[path] = { ...paths[path], [method.toLowerCase()]: described(operation, path) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Veriqko Bench central server', version: '1' },
    paths,
    components: { schemas: { Problem: schemaOf(Problem) } },
  };
}

function described({ summary, body, answers, problems }: Operation, path: string): Record<string, unknown> {
  const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const refusals = problems.map(status => [status, { description: 'Refused', content: problemContent }]);
  const given = Object.entries(answers).map(([status, { description, content }]) => [
    status,
    { description, ...(content ? { content: contentOf(content) } : {}) },
  ]);
  return {
    summary,
    parameters: named.map(name => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...(body ? { requestBody: { required: true, content: contentOf(body) } } : {}),
    responses: { ...Object.fromEntries(refusals), ...Object.fromEntries(given) },
  };
}

const problemContent = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

function contentOf({ type, schema }: Content): Record<string, unknown> {
  return { [type]: schema ? { schema: schemaOf(schema) } : {} };
}

function schemaOf(schema: z.ZodType): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema);
  return rest;
}
