import { createServer } from 'node:https';
import { type FastifyInstance, type FastifyRequest, type FastifyServerFactory, fastify } from 'fastify';
import type { Kysely } from 'kysely';
import type { StationOf, Tokens } from './access/tokens.ts';
import { createBlobStore } from './blob-store.ts';
import type { ServerTables } from './database/tables.ts';
import type { Fleet } from './fleet.ts';
import type { ServerKeys } from './keys.ts';
import { guard, type Limits } from './limits.ts';
import { mustBeDescribed } from './openapi.ts';
import type { Orders } from './orders.ts';
import { problemOf, sendProblem } from './problems.ts';
import { batchRoutes, batchType } from './routes/batches.ts';
import { blobRoutes } from './routes/blobs.ts';
import { directoryRoutes } from './routes/directory.ts';
import { enrolRoutes } from './routes/enrol.ts';
import { forgettingRoutes } from './routes/forgetting.ts';
import { observingRoutes } from './routes/observing.ts';
import { readingRoutes } from './routes/reading.ts';
import { sealedRoutes } from './routes/sealed.ts';
import { keyChangeRoutes } from './routes/station-keys.ts';
import { formType, tokenRoutes } from './routes/token.ts';
import { createSealedStore } from './sealed-store.ts';

export type AppDeps = {
  db: Kysely<ServerTables>;
  keys: ServerKeys;
  fleet: Fleet;
  orders: Orders;
  /** Takes deleted rows out of the files. */
  purge(): Promise<boolean>;
  tokens: Tokens;
  stationOf: StationOf;
  limits: Limits;
  /** Throws unless whoever asks may read the counts. */
  assertMetricsAccess(request: FastifyRequest): void;
  /** Certificate and key as PEM; null serves plainly, for a proxy on this machine. */
  tls: { cert: string; key: string } | null;
  /** Entries were taken. */
  onTaken(): void;
  now: () => number;
  log(line: Record<string, unknown>): void;
};

/** The server's routes on a Fastify instance that is not listening yet. */
export function createApp(deps: AppDeps): FastifyInstance {
  const { db, keys, fleet, orders, tokens, stationOf, limits, tls, onTaken, purge, now, log } = deps;
  const app = fastify({
    requestTimeout: 60_000,
    bodyLimit: 65_536,
    forceCloseConnections: true,
    // The proxy in front stands on this machine and names whom it speaks for; nobody else is believed.
    trustProxy: 'loopback',
    ...(tls ? { serverFactory: overTls(tls) } : {}),
  });
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) mustBeDescribed(one, url);
  });
  guard(app, { stationOf, limits, now });
  app.addContentTypeParser(batchType, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  app.addContentTypeParser(formType, { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  app.setErrorHandler((error: Error, request, reply) => {
    const { status, detail, also } = problemOf(error);
    if (status >= 500)
      log({
        level: 'error',
        method: request.method,
        route: request.routeOptions.url,
        error: error.name,
        message: error.message,
      });
    return sendProblem(reply, status, detail, also);
  });
  app.setNotFoundHandler((_, reply) => sendProblem(reply, 404, 'There is nothing here.'));
  app.addHook('onSend', async (request, reply) => {
    reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000');
  });
  const witnessVkey = keys.cosigner.vkey;
  observingRoutes(app, { db, assertMetricsAccess: deps.assertMetricsAccess, now });
  tokenRoutes(app, { tokens });
  keyChangeRoutes(app, { db, stationOf, escrowKey: keys.escrow.privateKey });
  enrolRoutes(app, { db, fleet, witnessVkey, escrowKey: keys.escrow.privateKey, now });
  batchRoutes(app, { db, fleet, cosigner: keys.cosigner, stationOf, onTaken, now });
  readingRoutes(app, { db, fleet, cosigner: keys.cosigner, stationOf });
  sealedRoutes(app, {
    db,
    fleet,
    sealed: createSealedStore({ db, now }),
    escrowKey: keys.escrow.publicKey,
    serverName: keys.name,
    stationOf,
  });
  blobRoutes(app, { blobs: createBlobStore({ db, now }), stationOf });
  forgettingRoutes(app, { orders, stationOf });
  directoryRoutes(app, { db, stationOf, purge });
  return app;
}

function overTls(tls: { cert: string; key: string }): FastifyServerFactory {
  return handler => createServer({ ...tls, minVersion: 'TLSv1.3', requestTimeout: 60_000 }, handler);
}
