import { createGunzip } from 'node:zlib';
import { ServerError } from './problems.ts';

/** The body as it was before gzip, never more than `maxBytes` of it: a bomb is refused while it unfolds. */
export async function inflate(body: Buffer, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity') return body;
  if (encoding !== 'gzip') throw new ServerError(415, 'Bodies are sent plain or with gzip.');
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    const gunzip = createGunzip();
    gunzip.end(body);
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw new ServerError(413, 'The body unfolds to more than a batch may hold.');
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof ServerError) throw cause;
    throw new ServerError(400, 'The body is no gzip stream.', { cause });
  }
  return Buffer.concat(chunks);
}
