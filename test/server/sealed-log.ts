import { randomBytes, randomUUID } from 'node:crypto';
import { encodeEntry } from '../../shared/tlog/entry.ts';
import { sealPii } from '../../shared/tlog/pii.ts';
import { createStationLog } from './station-client.ts';

/** A log whose entries hold sealed personal data, one value each. */
export function createSealedLog() {
  const log = createStationLog();
  const sealed: { idx: number; slot: number; ct: Buffer }[] = [];
  return {
    ...log,
    sealed,
    /** Adds an entry about a subject and answers its index. */
    tell(subject: string, value: unknown, dek = randomBytes(32)): number {
      const seq = log.entries.length;
      const { ct, h, k } = sealPii({ dek, origin: log.origin, seq, slot: 0, value, iv: randomBytes(12) });
      const envelope = { v: 1 as const, seq, id: randomUUID(), type: 'job.held', at: new Date(0).toISOString() };
      const pii = [{ h, k, s: subject }];
      const rest = { boot: randomUUID(), mono: '1', origin: log.origin, data: {}, pii };
      log.entries.push(encodeEntry({ ...envelope, ...rest }));
      sealed.push({ idx: seq, slot: 0, ct });
      return seq;
    },
  };
}

export type SealedLog = ReturnType<typeof createSealedLog>;
