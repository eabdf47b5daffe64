export type Timing = { medianMs: number; p95Ms: number; count: number };

/** Times `work` so many times; warm-up runs are not counted. */
export async function time(
  count: number,
  work: (i: number) => unknown,
  warmUp = Math.ceil(count / 10),
): Promise<Timing> {
  const samples: number[] = [];
  for (let i = -warmUp; i < count; i++) {
    const startedAt = performance.now();
    await work(i);
    if (i >= 0) samples.push(performance.now() - startedAt);
  }
  return summed(samples);
}

/** The same for two works turn by turn, so that whatever else the machine does falls on both. */
export async function timeTogether(
  count: number,
  first: (i: number) => unknown,
  second: (i: number) => unknown,
): Promise<[Timing, Timing]> {
  const samples: [number[], number[]] = [[], []];
  for (let i = -Math.ceil(count / 10); i < count; i++) {
    for (const [at, work] of [first, second].entries()) {
      const startedAt = performance.now();
      await work(i);
      if (i >= 0) samples[at]?.push(performance.now() - startedAt);
    }
  }
  const [one, other] = samples;
  return [summed(one), summed(other)];
}

/** The median and the 95th hundredth of these times, in ms. */
export function summed(samples: number[]): Timing {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { medianMs: at(0.5), p95Ms: at(0.95), count: sorted.length };
}

/** One line for a person: what, how long, and the ratio to the floor measured in the same run. */
export function line(name: string, timing: Timing, floor?: { name: string; timing: Timing; goal?: number }): string {
  const base = `${name}: p50 ${timing.medianMs.toFixed(3)} ms, p95 ${timing.p95Ms.toFixed(3)} ms (${timing.count} times)`;
  if (!floor) return base;
  const ratio = timing.medianMs / floor.timing.medianMs;
  const goal = floor.goal === undefined ? '' : `, goal ≤ ${floor.goal.toFixed(2)} ×`;
  return `${base} = ${ratio.toFixed(2)} × ${floor.name}${goal}`;
}
