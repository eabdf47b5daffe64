import type { Fact } from '../devices/adapter.ts';
import { unknown, type Why } from '../devices/told.ts';
import type { Answer } from './batch.ts';

const refusals = /permission denied|securityexception|permission denial|not allowed|inaccessible/i;
const missing = /can't find service|not found|no such file|does not exist|unknown service/i;

/** What a command printed, or why that says nothing. A refusal in words is one whatever status it comes with. */
export function outputOf(answer: Answer | undefined): { output: string } | { why: Why } {
  if (!answer || answer.kind === 'cut') return { why: 'timeout' };
  const { output, status } = answer;
  if (output.length < 2_000 && refusals.test(output)) return { why: 'denied' };
  if (output.length < 2_000 && missing.test(output)) return { why: 'unsupported' };
  return status === 0 ? { output } : { why: 'unsupported' };
}

/** Reads a fact out of what a command printed. `read` returns null when the output is no such thing. */
export function factOf<T>(answer: Answer | undefined, read: (output: string) => Fact<T> | null): Fact<T> {
  const result = outputOf(answer);
  if ('why' in result) return unknown(result.why);
  return read(result.output) ?? unknown('malformed');
}
