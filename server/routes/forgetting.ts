import type { FastifyInstance } from 'fastify';
import type { StationOf } from '../access/tokens.ts';
import type { Orders } from '../orders.ts';
import { Acknowledgement, SubjectPath } from '../schemas.ts';
import { parsed, wholeNumber } from './sealed.ts';

/** Orders to forget: placed by a station whose admin asked for it, read and acknowledged by all. */
export function forgettingRoutes(
  app: FastifyInstance,
  { orders, stationOf }: { orders: Orders; stationOf: StationOf },
): void {
  app.post<{ Params: { subject: string } }>('/v1/subjects/:subject/forget', async (request, reply) => {
    const station = await stationOf(request);
    const { isNew, state } = await orders.forget(parsed(SubjectPath, request.params).subject, station);
    return reply.code(isNew ? 202 : 200).send(state);
  });
  app.get<{ Params: { subject: string } }>('/v1/subjects/:subject/forget', async (request, reply) => {
    await stationOf(request);
    return reply.send(await orders.state(parsed(SubjectPath, request.params).subject));
  });
  app.get<{ Querystring: { after?: string } }>('/v1/orders', async (request, reply) => {
    await stationOf(request);
    const found = await orders.after(wholeNumber(request.query.after ?? '0'));
    return found.length === 0 ? reply.code(204).send() : reply.send({ orders: found });
  });
  app.post<{ Params: { n: string } }>('/v1/orders/:n/ack', async (request, reply) => {
    const station = await stationOf(request);
    const { outcome } = parsed(Acknowledgement, request.body);
    return reply.send(await orders.acknowledge(wholeNumber(request.params.n), station, outcome));
  });
}
