import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Random } from './random.ts';
import { uuidV7From } from './uuid.ts';

/** The operating system's generator. */
export function createNodeRandom(): Random {
  return {
    bytes: size => randomBytes(size),
    uuid: () => randomUUID(),
    uuidV7: nowMs => uuidV7From(nowMs, randomBytes(10)),
    integer: below => randomInt(below),
  };
}
