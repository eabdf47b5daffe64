export type Rate = { burst: number; perSecond: number };

const mostAddresses = 10_000;

/**
 * A bucket of requests for each address, filled again by time. `take` answers with the whole seconds to wait, 0 when
 * the request may pass.
 */
export function createRateLimit({ burst, perSecond }: Rate, now: () => number) {
  const buckets = new Map<string, { left: number; atMs: number }>();

  const filled = ({ left, atMs }: { left: number; atMs: number }): number =>
    Math.min(burst, left + (Math.max(0, now() - atMs) / 1000) * perSecond);

  /** Addresses whose bucket is full again need not be remembered; if none is, the one that was added first goes. */
  const makeRoom = () => {
    for (const [address, bucket] of buckets) if (filled(bucket) >= burst) buckets.delete(address);
    for (const address of buckets.keys()) {
      if (buckets.size < mostAddresses) return;
      buckets.delete(address);
    }
  };

  return {
    take(address: string): number {
      const bucket = buckets.get(address);
      if (!bucket && buckets.size >= mostAddresses) makeRoom();
      const left = bucket ? filled(bucket) : burst;
      const passes = left >= 1;
      buckets.set(address, { left: passes ? left - 1 : left, atMs: now() });
      return passes ? 0 : Math.ceil((1 - left) / perSecond);
    },
  };
}
