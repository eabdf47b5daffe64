import { decodeEntry } from '../../../shared/tlog/entry.ts';
import { leafHash } from '../../../shared/tlog/hash.ts';
import { appendLeaf, decodeFrontier, encodeFrontier, frontierRoot } from '../../../shared/tlog/merkle.ts';
import type { Tx } from '../../database/database.ts';
import type { JournalStore } from './journal.store.ts';

/**
 * Puts entries that this station wrote before back behind the last one, byte for byte, with their tiles. Whose they are
 * is for the caller to verify first.
 */
export function adoptEntries(tx: Tx, store: JournalStore, entries: readonly Buffer[]): void {
  const head = store.headIn(tx);
  let frontier = decodeFrontier(head.size, head.frontier);
  for (const bytes of entries) {
    const { type, actor, device, job } = decodeEntry(bytes);
    const leaf = leafHash(bytes);
    const next = appendLeaf(frontier, leaf);
    store.insert(tx, { idx: store.start + frontier.size, bytes, leaf, type, actor, device, job });
    store.advance(tx, frontier.size, { size: next.size, frontier: encodeFrontier(next), root: frontierRoot(next) });
    frontier = next;
  }
}
