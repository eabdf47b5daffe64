import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import type { ServerTables } from '../database/tables.ts';
import { createMetrics } from '../metrics.ts';
import { openapiDocument } from '../openapi.ts';
import { statsOf } from '../overview.ts';

type Deps = {
  db: Kysely<ServerTables>;
  /** Throws unless whoever asks may read the counts. */
  assertMetricsAccess(request: FastifyRequest): void;
  now: () => number;
};

/** What watches the server and what wants to speak with it: health, counts and the description of its routes. */
export function observingRoutes(app: FastifyInstance, { db, assertMetricsAccess, now }: Deps): void {
  const metrics = createMetrics();
  const document = openapiDocument();
  app.addHook('onResponse', async (request, reply) => {
    metrics.count(request.method, request.routeOptions.url ?? 'none', reply.statusCode);
  });
  app.get('/health', async (_, reply) => {
    await db.selectFrom('log').select('oh').limit(1).execute();
    return reply.send({ status: 'ok' });
  });
  app.get('/metrics', async (request, reply) => {
    assertMetricsAccess(request);
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.text(await statsOf(db, now())));
  });
  app.get('/openapi.json', async (_, reply) => reply.send(document));
}
