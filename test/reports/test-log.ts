import { generateKeyPairSync } from 'node:crypto';
import { createFakeRandom } from '../../electron/drivers/random/random.fake.ts';
import type { EntryType } from '../../shared/events.ts';
import { formatCheckpoint } from '../../shared/tlog/checkpoint.ts';
import { encodeEntry } from '../../shared/tlog/entry.ts';
import { leafHash } from '../../shared/tlog/hash.ts';
import { inclusionProof, rootAt } from '../../shared/tlog/merkle.ts';
import { createNoteSigner, joinNote } from '../../shared/tlog/note.ts';
import { blobKey, sealPii } from '../../shared/tlog/pii.ts';
import { createSubtreeReader } from '../../shared/tlog/tile.ts';
import type { ProofBundle } from '../../shared/verify/proof-bundle.ts';

export type TestEntry = { type: EntryType; job?: string; data: Record<string, unknown>; pii?: readonly unknown[] };

/** A small journal that is not a station's: real leaves, seals, proofs and a signed head, for fewer than 256 entries. */
export function createTestLog(origin: string) {
  const random = createFakeRandom(origin);
  const signer = createNoteSigner(origin, generateKeyPairSync('ed25519').privateKey);
  const dek = random.bytes(32);
  const subject = random.uuid();
  const boot = random.uuid();
  const leaves: Buffer[] = [];
  const sealed: { index: number; slot: number; ct: Buffer }[] = [];

  return {
    origin,
    vkey: signer.vkey,
    append({ type, job, data, pii = [] }: TestEntry): number {
      const seq = leaves.length;
      const slots = pii.map((value, slot) => {
        const seal = sealPii({ dek, origin, seq, slot, value, iv: random.bytes(12) });
        sealed.push({ index: seq, slot, ct: seal.ct });
        return { h: seal.h, k: seal.k, s: subject };
      });
      const at = new Date(Date.parse('2026-11-23T08:00:00.000Z') + seq * 60_000).toISOString();
      const id = random.uuidV7(Date.parse(at));
      const known = { v: 1 as const, seq, id, type, at, boot, mono: String(seq * 1e9), origin, data, pii: slots };
      leaves.push(encodeEntry(job === undefined ? known : { ...known, job }));
      return seq;
    },
    /** Proofs of the named entries; personal data of all of them unless `disclose` is false. */
    bundle(indexes: readonly number[], disclose = true): ProofBundle {
      const size = leaves.length;
      const subtree = createSubtreeReader({
        size,
        leaf: index => leafHash(leaves[index] ?? Buffer.alloc(0)),
        tile: () => {
          throw new RangeError('this log is too small for whole tiles');
        },
      });
      const text = formatCheckpoint({ origin, size, root: rootAt(size, subtree) });
      return {
        v: 1,
        checkpoint: joinNote(text, [signer.sign(text)]),
        entries: indexes.map(index => ({
          index,
          bytes: (leaves[index] ?? Buffer.alloc(0)).toString('base64'),
          proof: inclusionProof(index, size, subtree).map(hash => hash.toString('base64')),
        })),
        disclosures: sealed
          .filter(({ index }) => disclose && indexes.includes(index))
          .map(({ index, slot, ct }) => ({
            index,
            slot,
            ct: ct.toString('base64'),
            key: blobKey({ dek, origin, seq: index, slot }).toString('base64'),
          })),
        policy: { logVkey: signer.vkey, witnessVkey: null, fleetVkey: null, fleet: null },
      };
    },
  };
}
