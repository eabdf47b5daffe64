import type { FastifyInstance } from 'fastify';
import type { Tokens } from '../access/tokens.ts';
import { ServerError } from '../problems.ts';
import { TokenRequest } from '../schemas.ts';

export const formType = 'application/x-www-form-urlencoded';

/** Tokens of 15 minutes for stations, bound to the key that proves each request. */
export function tokenRoutes(app: FastifyInstance, { tokens }: { tokens: Tokens }): void {
  app.post('/oauth/token', { bodyLimit: 16_384 }, async (request, reply) => {
    const parsed = TokenRequest.safeParse(request.body);
    if (!parsed.success)
      throw new ServerError(400, 'A token is asked for with grant_type, client_assertion_type and client_assertion.', {
        members: { error: 'invalid_request' },
      });
    return reply.send(await tokens.issue(request, parsed.data));
  });
}
