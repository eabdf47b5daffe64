import { entryTypes } from '../events.ts';
import type { Steps } from './steps.ts';

type Timed = { readonly index: number; readonly at: string; readonly type: string; readonly data: unknown };

/** Entries may claim to be this much younger than the server's own clock says. */
const toleranceMs = 120_000;

/**
 * Says when the entries claim to have been written and what others vouch for: not before the last receipt of the server
 * among the entries before them, not after the cosignature. A claim outside is told, since clocks go wrong honestly.
 */
export function checkTimes(entries: readonly Timed[], cosignedS: number | null, steps: Steps): void {
  if (entries.length === 0) return;
  const sorted = entries.toSorted((a, b) => a.index - b.index);
  const claims = sorted.map(({ at }) => Date.parse(at));
  const outside: number[] = [];
  let notBefore: number | null = null;
  for (const entry of sorted) {
    const claim = Date.parse(entry.at);
    const tooLate = cosignedS !== null && claim > cosignedS * 1000 + toleranceMs;
    if (tooLate || (notBefore !== null && claim < notBefore - toleranceMs)) outside.push(entry.index);
    notBefore = receiptTime(entry) ?? notBefore;
  }
  const claimed = `claimed ${iso(Math.min(...claims))} to ${iso(Math.max(...claims))}`;
  const bracket =
    cosignedS === null
      ? 'nobody but the station vouches for these times'
      : `all of it was written before ${iso(cosignedS * 1000)}, says the server`;
  if (outside.length > 0)
    steps.warn('times', `${claimed}; ${bracket}. The clock was off for entries ${outside.join(', ')}.`);
  else steps.ok('times', `${claimed}; ${bracket}.`);
}

function receiptTime({ type, data }: Timed): number | null {
  if (type !== 'sync.receipt') return null;
  const receipt = entryTypes['sync.receipt'].data.safeParse(data);
  return receipt.success ? Date.parse(receipt.data.serverTime) : null;
}

const iso = (ms: number) => new Date(ms).toISOString();
