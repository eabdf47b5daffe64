import { createHash } from 'node:crypto';
import { encodeBatch } from '../../../shared/tlog/batch.ts';
import { consistencyProof } from '../../../shared/tlog/merkle.ts';
import { openNote, parseVkey } from '../../../shared/tlog/note.ts';
import type { Journal } from '../journal/journal.ts';

const softBytes = 1024 * 1024;

export type Batch = { from: number; to: number; note: string; body: Buffer; onlyReceipts: boolean };

/** The next entries from `from` on, with the proof that they continue what the server has. */
export function nextBatch(journal: Journal, from: number, maxEntries: number): Batch {
  const { start } = journal.store;
  const upTo = Math.min(from + maxEntries, journal.store.mustHead().size);
  const rows = journal.store.entries(start + from, start + upTo);
  let bytes = 0;
  const fitting = rows.filter((row, i) => {
    bytes += row.bytes.length;
    return i === 0 || bytes <= softBytes;
  });
  const to = journal.signing.endOfBatch(from, from + fitting.length);
  const entries = to === from + fitting.length ? fitting : journal.store.entries(start + from, start + to);
  const { note } = journal.checkpoint(to);
  const proof = from === 0 ? [] : consistencyProof(from, to, journal.store.subtree(to));
  return {
    from,
    to,
    note,
    body: encodeBatch({ oldSize: from, proof, note, entries: entries.map(row => row.bytes) }),
    onlyReceipts: entries.every(row => journal.entry(row.idx).type === 'sync.receipt'),
  };
}

/**
 * The cosignature among the server's answer lines; null when none of them is the witness's over this very note.
 * `serverTime` is in seconds since 1970.
 */
export function openReceipt(batch: Batch, lines: string, witnessVkey: string) {
  try {
    const { signatures } = openNote(batch.note + lines, [parseVkey(witnessVkey)]);
    const cosignature = signatures.find(s => s.algorithm === 'cosignature');
    if (cosignature?.timeS === undefined) return null;
    return {
      serverTimeS: cosignature.timeS,
      noteSha256: createHash('sha256').update(batch.note).update(lines).digest('hex'),
    };
  } catch {
    return null;
  }
}
