import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { StationOf } from '../access/tokens.ts';
import { type BlobStore, mostBlobBytes, mostPieceBytes } from '../blob-store.ts';
import { ServerError } from '../problems.ts';
import { BlobPath, BlobPlace } from '../schemas.ts';
import { parsed } from './sealed.ts';

type Path = { Params: { sha256: string } };

/** Encrypted files of stations, named by the SHA-256 of their ciphertext: for the station itself alone. */
export function blobRoutes(
  app: FastifyInstance,
  { blobs, stationOf }: { blobs: BlobStore; stationOf: StationOf },
): void {
  const named = (request: FastifyRequest) => parsed(BlobPath, request.params).sha256;
  const known = async (request: FastifyRequest) => {
    const [station, sha256] = [await stationOf(request), named(request)];
    const state = await blobs.state(station, sha256);
    if (!state) throw new ServerError(404, 'Nothing of this file was received from this station.');
    return { station, sha256, state };
  };

  app.put<Path>('/v1/blobs/:sha256', { bodyLimit: mostPieceBytes }, async (request, reply) => {
    const station = await stationOf(request);
    const sha256 = named(request);
    const { subject, at, size } = parsed(BlobPlace, request.query);
    if (size > mostBlobBytes) throw new ServerError(413, `A file is ${mostBlobBytes} bytes at most.`);
    if (!Buffer.isBuffer(request.body) || request.body.length === 0)
      throw new ServerError(415, 'A piece of a file is sent as application/octet-stream.');
    const before = await blobs.state(station, sha256);
    const state = await blobs.put({ station, sha256, subject, at, size, bytes: request.body });
    const hadIt = before !== undefined && before.received === before.size;
    return reply.code(hadIt ? 200 : state.received === size ? 201 : 202).send(state);
  });
  app.get<Path>('/v1/blobs/:sha256/state', async (request, reply) => reply.send((await known(request)).state));
  app.get<Path>('/v1/blobs/:sha256', { exposeHeadRoute: false }, async (request, reply) => {
    const { station, sha256, state } = await known(request);
    if (state.received < state.size) throw new ServerError(404, 'This file has not arrived as a whole.');
    const from = startOf(request.headers.range, state.size);
    if (from > 0) reply.code(206).header('content-range', `bytes ${from}-${state.size - 1}/${state.size}`);
    reply.header('content-length', state.size - from).header('accept-ranges', 'bytes');
    return reply.type('application/octet-stream').send(Readable.from(blobs.read(station, sha256, from)));
  });
}

/** Where a range `bytes=N-` begins; another kind of range is answered with the whole, as RFC 9110 allows. */
function startOf(range: string | undefined, size: number): number {
  const [, from] = /^bytes=(\d{1,15})-$/.exec(range ?? '') ?? [];
  if (from === undefined) return 0;
  if (Number(from) >= size)
    throw new ServerError(416, `The file has ${size} bytes.`, { headers: { 'content-range': `bytes */${size}` } });
  return Number(from);
}
