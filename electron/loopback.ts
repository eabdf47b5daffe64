import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { BenchError } from '../shared/errors.ts';
import { evidenceMaxBytes } from '../shared/evidence.ts';
import { commonHeaders } from './loopback-headers.ts';
import { createStaticFiles } from './static-files.ts';
import type { Station } from './station.ts';

/** Base64 of the largest evidence and the little around it. */
const maxBodyBytes = Math.ceil(evidenceMaxBytes / 3) * 4 + 16_384;
const keepAliveMs = 15_000;
/** A page that loads again or loses the link for a moment is back sooner. */
const longestAbsenceMs = 60_000;
const mostUnreadBytes = 8 * 1024 * 1024;

export type Loopback = {
  /** Address of the bench with this launch's token, for the operator's browser. */
  url: string;
  origin: string;
  close(): Promise<void>;
};

type Connection = { id: string; streams: Set<ServerResponse>; absence: NodeJS.Timeout | null };

/**
 * Serves a station and the renderer on 127.0.0.1. A browser page trades the launch token for a connection of its own;
 * every call and event stream needs that connection. Foreign hosts and origins are refused. The session of a page that
 * listens no more ends after `longestAbsenceMs`.
 */
export async function serveOnLoopback(options: {
  station: Station;
  rendererDir: string;
  port: number;
  longestAbsenceMs?: number;
}): Promise<Loopback> {
  const { station } = options;
  const token = randomBytes(32).toString('base64url');
  const connections = new Map<string, Connection>();
  const files = createStaticFiles(options.rendererDir);
  let origin = '';

  const connect = (request: IncomingMessage, response: ServerResponse) => {
    if (!same(bearer(request), token)) return refuse(response);
    const id = randomBytes(32).toString('base64url');
    connections.set(id, { id, streams: new Set(), absence: null });
    json(response, { connection: id });
  };

  const call = async (request: IncomingMessage, response: ServerResponse, connection: Connection, name: string) => {
    const body = await readBody(request);
    if (body === null) return void response.writeHead(413, { connection: 'close' }).end();
    const input = parse(body);
    if (input === malformed) return void response.writeHead(400).end();
    json(response, await station.call(connection.id, name, input));
  };

  const stream = (response: ServerResponse, connection: Connection) => {
    response.writeHead(200, { ...commonHeaders, 'content-type': 'application/x-ndjson', 'x-accel-buffering': 'no' });
    response.write('\n');
    connection.streams.add(response);
    if (connection.absence) clearTimeout(connection.absence);
    const beat = setInterval(() => response.write('\n'), keepAliveMs);
    const stop = station.subscribe(connection.id, (event, payload) => {
      response.write(`${JSON.stringify({ event, payload })}\n`);
      // A page that does not read any more would fill the memory; it reconnects and reads its lists again.
      if (response.writableLength > mostUnreadBytes) response.destroy();
    });
    response.on('close', () => {
      clearInterval(beat);
      stop();
      connection.streams.delete(response);
      if (connection.streams.size === 0) awaitReturn(connection);
    });
  };

  const awaitReturn = (connection: Connection) => {
    if (connection.absence) clearTimeout(connection.absence);
    if (!connections.has(connection.id)) return;
    connection.absence = setTimeout(
      () => station.closeConnection(connection.id),
      options.longestAbsenceMs ?? longestAbsenceMs,
    ).unref();
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    if (!fromHere(request, origin)) return refuse(response);
    const path = new URL(request.url ?? '/', origin).pathname;
    if (request.method === 'GET' && path !== '/events') return files.serve(path, response);
    if (request.method === 'POST' && path === '/connect') return connect(request, response);
    const connection = connections.get(bearer(request));
    if (!connection) return refuse(response);
    if (request.method === 'GET') return stream(response, connection);
    const [, name] = /^\/call\/([a-z_.]+)$/.exec(path) ?? [];
    if (request.method === 'POST' && name !== undefined) return call(request, response, connection, name);
    response.writeHead(404).end();
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  const port = await listen(server, options.port);
  origin = `http://127.0.0.1:${port}`;
  return {
    url: `${origin}/#token=${token}`,
    origin,
    async close() {
      const closing = [...connections.values()];
      connections.clear();
      for (const { id, streams, absence } of closing) {
        if (absence) clearTimeout(absence);
        station.closeConnection(id);
        for (const response of streams) response.end();
      }
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

function bearer(request: IncomingMessage): string {
  return /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

function same(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A page of another site, or a name that was pointed at this machine, gets nothing. */
function fromHere(request: IncomingMessage, origin: string): boolean {
  const { host, origin: sender } = request.headers;
  return `http://${host}` === origin && (sender === undefined || sender === origin);
}

function refuse(response: ServerResponse): void {
  response.writeHead(403, commonHeaders).end();
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { ...commonHeaders, 'content-type': 'application/json' }).end(JSON.stringify(value));
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const malformed = Symbol('malformed');

function parse(body: string): unknown {
  if (body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return malformed;
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const words =
        cause.code === 'EADDRINUSE'
          ? `Port ${port} is taken. Choose another with --port.`
          : 'The bench cannot listen on 127.0.0.1.';
      reject(new BenchError('port_unavailable', words, { cause }));
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
