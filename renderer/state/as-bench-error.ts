import { BenchError } from '../../shared/errors.ts';

/** Every failure of a call as one the operator can be advised on. */
export function asBenchError(failure: unknown): BenchError {
  if (failure instanceof BenchError) return failure;
  return new BenchError('internal', 'The screen did not understand the answer of the bench.', { cause: failure });
}
