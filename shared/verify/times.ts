import { entryTypes } from '../events.ts';
import type { Steps } from './steps.ts';

type Timed = { readonly index: number; readonly at: string; readonly type: string; readonly data: unknown };

/** Claims may be this far from the server's own clock. */
const toleranceMs = 120_000;

/**
 * Compares when entries claim to have been written with what others vouch for: not before the last receipt of the server
 * among the entries before them, not after the cosignature. A claim outside is told but no error: clocks go wrong honestly.
 */
export function createTimesCheck(cosignedS: number | null) {
  const latest = cosignedS === null ? Number.POSITIVE_INFINITY : cosignedS * 1000 + toleranceMs;
  let claimed: { from: number; to: number } | null = null;
  let notBefore = Number.NEGATIVE_INFINITY;
  let outside = 0;
  let firstOutside = 0;
  return {
    /** Entries in the order of their indexes. */
    add(entry: Timed): void {
      const claim = Date.parse(entry.at);
      claimed = { from: Math.min(claim, claimed?.from ?? claim), to: Math.max(claim, claimed?.to ?? claim) };
      if (claim > latest || claim < notBefore - toleranceMs) {
        if (outside === 0) firstOutside = entry.index;
        outside++;
      }
      notBefore = receiptTime(entry) ?? notBefore;
    },
    end(steps: Steps): void {
      if (!claimed) return;
      const says = `The entries claim ${iso(claimed.from)} to ${iso(claimed.to)}`;
      const bracket =
        cosignedS === null
          ? 'nobody but the station vouches for that'
          : `the server had all of them before ${iso((cosignedS + 1) * 1000)}`;
      if (outside === 0) steps.ok('times', `${says}; ${bracket}.`);
      else
        steps.warn(
          'times',
          `${says}; ${bracket}. The station's clock was off for ${outside} of them, first for entry ${firstOutside}.`,
        );
    },
  };
}

function receiptTime({ type, data }: Timed): number | null {
  if (type !== 'sync.receipt') return null;
  const receipt = entryTypes['sync.receipt'].data.safeParse(data);
  return receipt.success ? Date.parse(receipt.data.serverTime) : null;
}

const iso = (ms: number) => new Date(ms).toISOString();
