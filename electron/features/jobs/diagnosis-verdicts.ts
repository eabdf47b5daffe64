import type { StepId } from '../../../shared/checklists.ts';
import type { DiagnosticResult, Measurement } from '../../../shared/diagnostics.ts';
import { refuse, stepsOf } from './job.guards.ts';
import type { JobContext } from './job.types.ts';

export type Verdict = { stepId: StepId; result: 'pass' | 'fail'; measurement: Measurement | undefined };

/**
 * What a diagnosis decides of the job's check-list. A step passes when all its tests were made and passed and what was
 * measured lies within its limit; it fails when one failed; whatever could not be made is left to somebody who looks.
 */
export function verdictsOf(context: JobContext, results: readonly DiagnosticResult[], by: string): Verdict[] {
  const made = new Map(results.filter(({ outcome }) => outcome !== 'not_possible').map(r => [r.test, r]));
  return stepsOf(context).flatMap(({ id: stepId, diagnostics, limit }): Verdict[] => {
    const told = diagnostics.flatMap(test => made.get(test) ?? []);
    const measurement = told
      .flatMap(r => r.measurement ?? [])
      .find(({ unit }) => limit === null || unit === limit.unit);
    if (told.some(({ outcome }) => outcome === 'fail')) return [{ stepId, result: 'fail', measurement }];
    if (told.length === 0 || told.length < diagnostics.length) return [];
    if (limit !== null && measurement === undefined) return [];
    const pass = { type: 'step.recorded', step: stepId, result: 'pass', reasoned: false, by } as const;
    const fits = refuse.step(context, { ...pass, measured: measurement ?? null }) === null;
    return [{ stepId, result: fits ? 'pass' : 'fail', measurement }];
  });
}
