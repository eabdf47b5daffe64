import type { FastifyError, FastifyReply } from 'fastify';

/** An expected refusal with its HTTP status; the message is told to the caller. */
export class ServerError extends Error {
  readonly status: number;
  readonly also: Also;
  constructor(status: number, message: string, options?: ErrorOptions & Also) {
    super(message, options);
    this.name = 'ServerError';
    this.status = status;
    this.also = { headers: options?.headers ?? {}, members: options?.members ?? {} };
  }
}

/** More headers of the answer, and more members of its problem document. */
export type Also = { headers?: Record<string, string>; members?: Record<string, string> };

/** Answers with an RFC 9457 problem document; `waitS` are the seconds to wait after a 429 or 503. */
export function sendProblem(
  reply: FastifyReply,
  status: number,
  detail: string,
  { waitS = 5, headers = {}, members = {} }: Also & { waitS?: number } = {},
): FastifyReply {
  if (status === 429 || status === 503) reply.header('retry-after', String(waitS));
  return reply
    .code(status)
    .headers(headers)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', status, detail, ...members }));
}

/** What any error becomes on the wire; nothing unplanned is explained to a stranger. */
export function problemOf(error: FastifyError | Error): { status: number; detail: string; also?: Also } {
  if (error instanceof ServerError) return { status: error.status, detail: error.message, also: error.also };
  if ('code' in error && /^(SQLITE_(BUSY|FULL|IOERR)|ECONN|53|57P)/.test(String(error.code)))
    return { status: 503, detail: 'The server cannot store anything at present. Nothing was taken; try again.' };
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  return status < 500
    ? { status, detail: error.message }
    : { status: 500, detail: 'The server failed. Its log says why.' };
}
