import { z } from 'zod';
import { BenchError } from '../../../shared/errors.ts';

export type Answer = { status: number; type: string; text: string; bytes: Buffer; retryAfterMs: number | null };

const Problem = z.object({
  title: z.string().max(500).optional(),
  detail: z.string().max(2_000).optional(),
  error: z.string().max(100).optional(),
  serverTime: z.string().max(40).optional(),
});

/** The problem document of the server; null when the answer is none. */
export function problemOf({ type, text }: Answer): z.infer<typeof Problem> | null {
  if (type !== 'application/problem+json') return null;
  return Problem.safeParse(parseJson(text)).data ?? null;
}

/** What a problem document of the server says; null when the answer is none. */
export function detailOf(answer: Answer): string | null {
  const problem = problemOf(answer);
  return problem && (problem.detail ?? problem.title ?? 'no reason given');
}

export function refusal(answer: Answer): BenchError {
  const detail = detailOf(answer);
  return detail === null
    ? notTheServer()
    : new BenchError('server_refused', `The server refused (${answer.status}): ${detail}`);
}

export function notTheServer(): BenchError {
  return new BenchError(
    'server_unreachable',
    'Something answered that is not the central server: a sign-in page of the network, a proxy, or a wrong address.',
  );
}

/** The body as its schema says; throws `server_unreachable` for anything else. */
export function readJson<T>(answer: Answer, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parseJson(answer.text));
  if (parsed.success) return parsed.data;
  throw notTheServer();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
