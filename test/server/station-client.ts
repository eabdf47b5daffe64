import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { encodeBatch } from '../../shared/tlog/batch.ts';
import { formatCheckpoint } from '../../shared/tlog/checkpoint.ts';
import { encodeEntry } from '../../shared/tlog/entry.ts';
import { leafHash, sha256 } from '../../shared/tlog/hash.ts';
import { consistencyProof, rootAt } from '../../shared/tlog/merkle.ts';
import { createNoteSigner, joinNote, type NoteSigner } from '../../shared/tlog/note.ts';
import { createSubtreeReader } from '../../shared/tlog/tile.ts';

/** A log in memory that signs heads and makes batches, as a station does. */
export function createStationLog() {
  const stationId = randomUUID();
  const newKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey;
  const key = newKey();
  const signer = createNoteSigner(`audit.local/s/${stationId}/0`, key);
  /** Those that sign heads now. */
  let signers = [signer];
  const entries: Buffer[] = [];

  const subtree = createSubtreeReader({
    size: 0,
    leaf: index => leafHash(entries[index] ?? Buffer.alloc(0)),
    tile: () => Buffer.alloc(0),
  });
  const head = (size: number, origin = signer.name): string => {
    const text = formatCheckpoint({ origin, size, root: rootAt(size, subtree) });
    return joinNote(
      text,
      signers.map(one => one.sign(text)),
    );
  };
  const proof = (from: number, to: number) => (from === 0 ? [] : consistencyProof(from, to, subtree));

  return {
    stationId,
    origin: signer.name,
    vkey: signer.vkey,
    oh: sha256(Buffer.from(signer.name)).toString('hex'),
    entries,
    head,
    proof,
    /** Adds so many entries of any bytes. */
    write(count: number, content = 'entry') {
      for (let i = 0; i < count; i++) entries.push(Buffer.from(`${content} ${entries.length}`));
    },
    /** Writes the entry that puts a new key in force, and signs with both from then on. */
    rotate() {
      const next = createNoteSigner(signer.name, newKey());
      const previous = signers.at(-1) ?? signer;
      entries.push(rotation(signer.name, entries.length, { previous: previous.vkey, vkey: next.vkey }));
      signers = [...signers, next];
      return next;
    },
    signWith(...those: NoteSigner[]) {
      signers = those;
    },
    signer,
    batch: (from: number, to: number) =>
      encodeBatch({ oldSize: from, proof: proof(from, to), note: head(to), entries: entries.slice(from, to) }),
    enrolment(code: string, prefix: string) {
      const message = Buffer.from(`enrol\n${code}\n${stationId}\n${signer.vkey}`);
      return { code, prefix, stationId, vkey: signer.vkey, proof: sign(null, message, key).toString('base64') };
    },
  };
}

function rotation(origin: string, seq: number, data: { previous: string; vkey: string }): Buffer {
  const at = '2026-01-01T00:00:00.000Z';
  const [id, boot] = [randomUUID(), randomUUID()];
  return encodeEntry({ v: 1, seq, id, type: 'key.rotated', at, boot, mono: '1', origin, data, pii: [] });
}

export type StationLog = ReturnType<typeof createStationLog>;
