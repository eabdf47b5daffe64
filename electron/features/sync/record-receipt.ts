import { openNote, parseVkey } from '../../../shared/tlog/note.ts';
import type { Database } from '../../database/database.ts';
import type { Journal } from '../journal/journal.ts';
import type { Settings } from '../station/settings.ts';
import { type Batch, openReceipt } from './outbox.ts';

type Deps = { database: Database; journal: Journal; settings: Settings };

/**
 * Stores the server's cosignature of a batch and what it proves. Answers the server's time, or null when the lines hold
 * no valid cosignature: then nothing is acknowledged.
 */
export function recordReceipt(
  { database, journal, settings }: Deps,
  { batch, lines, fellBackTo }: { batch: Batch; lines: string; fellBackTo: number | null },
): string | null {
  const receipt = openReceipt(batch, lines, settings.get('witness-vkey') ?? '');
  if (!receipt) return null;
  const serverTime = new Date(receipt.serverTimeS * 1000).toISOString();
  const { cosignedSize } = journal.status();
  database.write(tx => {
    // Said when it is proven by a fresh cosignature, and once: the first batch from where the server fell back to.
    if (fellBackTo === batch.from && batch.from < cosignedSize) {
      journal.append(tx, { type: 'server.rolled_back', data: { serverSize: batch.from, cosignedSize } });
    }
    journal.store.acknowledge(tx, batch.to, batch.note, lines);
    // Later entries are provably after it. A batch of nothing but receipts gets none, or it would never end.
    if (!batch.onlyReceipts) {
      const data = { size: batch.to, noteSha256: receipt.noteSha256, serverTime };
      journal.append(tx, { type: 'sync.receipt', data });
    }
  });
  return serverTime;
}

/** The server's time in the newest receipt that is stored; null before the first. */
export function lastReceiptAt(journal: Journal, settings: Settings): string | null {
  const witness = settings.get('witness-vkey');
  const head = journal.store.checkpoint(journal.status().cosignedSize);
  if (witness === null || !head?.cosigs) return null;
  try {
    const { signatures } = openNote(head.note + head.cosigs, [parseVkey(witness)]);
    const timeS = signatures.find(({ algorithm }) => algorithm === 'cosignature')?.timeS;
    return timeS === undefined ? null : new Date(timeS * 1000).toISOString();
  } catch {
    return null;
  }
}
