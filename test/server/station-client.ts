import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { encodeBatch } from '../../shared/tlog/batch.ts';
import { formatCheckpoint } from '../../shared/tlog/checkpoint.ts';
import { leafHash, sha256 } from '../../shared/tlog/hash.ts';
import { consistencyProof, rootAt } from '../../shared/tlog/merkle.ts';
import { createNoteSigner, joinNote } from '../../shared/tlog/note.ts';
import { createSubtreeReader } from '../../shared/tlog/tile.ts';

/** A log in memory that signs heads and makes batches, as a station does. */
export function createStationLog() {
  const stationId = randomUUID();
  const key: KeyObject = generateKeyPairSync('ed25519').privateKey;
  const signer = createNoteSigner(`audit.local/s/${stationId}/0`, key);
  const entries: Buffer[] = [];

  const subtree = createSubtreeReader({
    size: 0,
    leaf: index => leafHash(entries[index] ?? Buffer.alloc(0)),
    tile: () => Buffer.alloc(0),
  });
  const head = (size: number, origin = signer.name): string => {
    const text = formatCheckpoint({ origin, size, root: rootAt(size, subtree) });
    return joinNote(text, [signer.sign(text)]);
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
    batch: (from: number, to: number) =>
      encodeBatch({ oldSize: from, proof: proof(from, to), note: head(to), entries: entries.slice(from, to) }),
    enrolment(code: string, prefix: string) {
      const message = Buffer.from(`enrol\n${code}\n${stationId}\n${signer.vkey}`);
      return { code, prefix, stationId, vkey: signer.vkey, proof: sign(null, message, key).toString('base64') };
    },
  };
}

export type StationLog = ReturnType<typeof createStationLog>;
