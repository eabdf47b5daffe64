import { createHash } from 'node:crypto';
import type { Random } from './random.ts';
import { formatUuid, uuidV7From } from './uuid.ts';

/** Deterministic by seed: SHA-256 in counter mode. For tests and training only. */
export function createFakeRandom(seed: string): Random {
  let counter = 0;
  const bytes = (size: number) => {
    const blocks: Buffer[] = [];
    for (let have = 0; have < size; have += 32) {
      blocks.push(createHash('sha256').update(`${seed}:${counter++}`).digest());
    }
    return Buffer.concat(blocks).subarray(0, size);
  };
  return {
    bytes,
    uuid: () => formatUuid(bytes(16), 4),
    uuidV7: nowMs => uuidV7From(nowMs, bytes(10)),
    integer: below => bytes(6).readUIntBE(0, 6) % below,
  };
}
