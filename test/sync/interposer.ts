import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Act = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void | Promise<void>;
export type Seen = { path: string; status: number; sent: number };

/**
 * Stands between a station and its server, as a network does: forwards everything until it is told to answer by
 * itself. `seen` lists the batches that went through and what came back.
 */
export async function startInterposer(target: () => string) {
  let act: Act | null = null;
  const seen: Seen[] = [];
  let open = 0;

  const forward: Act = async (request, response, body) => {
    const answer = await fetch(new URL(request.url ?? '/', target()), {
      method: request.method ?? 'GET',
      headers: passedOn(request),
      ...(body.length > 0 ? { body: Uint8Array.from(body) } : {}),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
  const server = createServer(async (request, response) => {
    open++;
    response.once('close', () => {
      open--;
    });
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    response.once('close', () => {
      seen.push({ path: request.url ?? '', status: response.statusCode, sent: body.length });
    });
    try {
      await (act ?? forward)(request, response, body);
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    /** Requests answered so far, oldest first. */
    seen,
    /** True while no request waits for its answer. */
    idle: () => open === 0,
    forward,
    batches: () => seen.filter(({ path }) => path.endsWith('/batches')),
    /** Answers like this from now on; null forwards again. */
    answer(next: Act | null) {
      act = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

/** What a proxy passes on, with the address that the station asked. */
export function passedOn({ headers }: IncomingMessage): Record<string, string> {
  const names = ['content-type', 'content-encoding', 'authorization', 'dpop'];
  const known = names.map(name => [name, headers[name]]).filter(([, value]) => typeof value === 'string');
  return { ...Object.fromEntries(known), 'x-forwarded-host': headers.host ?? '' };
}

/** An answer made up on the way. */
export const saying =
  (status: number, type: string, text: string, headers: Record<string, string> = {}): Act =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(text);
  };
