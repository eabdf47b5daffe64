import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../electron/database/database.ts';
import { query } from '../../electron/database/query.ts';
import { createJournalStore } from '../../electron/features/journal/journal.store.ts';
import { stationMigrations } from '../../migrations/station/index.ts';
import { decodeBatch, encodeBatch } from '../../shared/tlog/batch.ts';
import { leafHash, nodeHash, sha256 } from '../../shared/tlog/hash.ts';
import { appendLeaf, emptyFrontier, encodeFrontier, frontierRoot } from '../../shared/tlog/merkle.ts';
import { line, timeTogether } from './statistics.ts';

/** What the tree costs: beside a mere chain of hashes in a database of the same kind, and in taking a batch. */
export async function benchTree(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-tree-'));
  try {
    return [...(await againstChain(folder)), ...(await ingest())];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const entryBytes = (i: number) => Buffer.from(JSON.stringify({ i, text: 'x'.repeat(1_000) }));

async function againstChain(folder: string): Promise<string[]> {
  const open = (name: string) => {
    const options = { file: join(folder, name), key: Buffer.alloc(32, 7), migrations: stationMigrations };
    const database = openDatabase(options);
    const store = createJournalStore(database.read);
    const root = frontierRoot(emptyFrontier);
    database.write(tx => store.create(tx, { origin: name, size: 0, frontier: Buffer.alloc(0), root }));
    return { database, store };
  };
  const tree = open('tree.db');
  const chain = open('chain.db');
  let frontier = emptyFrontier;
  const appendToTree = (i: number) => {
    const [bytes, idx] = [entryBytes(i), frontier.size];
    const leaf = leafHash(bytes);
    const next = appendLeaf(frontier, leaf);
    tree.database.write(tx => {
      tree.store.insert(tx, { idx, bytes, leaf, type: 'access.refused' });
      tree.store.advance(tx, idx, {
        size: next.size,
        frontier: encodeFrontier(next),
        root: frontierRoot(next),
      });
    });
    frontier = next;
  };
  let head: Uint8Array = Buffer.alloc(32);
  let size = 0;
  const appendToChain = (i: number) => {
    const bytes = entryBytes(i);
    const leaf = leafHash(bytes);
    head = sha256(head, leaf);
    chain.database.write(tx => {
      chain.store.insert(tx, { idx: size, bytes, leaf, type: 'access.refused' });
      tx.run(
        query
          .updateTable('log')
          .set({ size: size + 1, root: Buffer.from(head) })
          .where('id', '=', 1)
          .where('size', '=', size),
      );
    });
    size++;
  };
  const [chained, grown] = await timeTogether(3_000, appendToChain, appendToTree);
  tree.database.close();
  chain.database.close();
  return [
    line('append to a hash chain', chained),
    line('append to the tree', grown, { name: 'the hash chain', timing: chained, goal: 1.15 }),
  ];
}

/** Taking a batch apart and computing its root, which parses no entry, beside hashing as many leaves and nodes. */
async function ingest(): Promise<string[]> {
  const entries = Array.from({ length: 1_000 }, (_, i) => entryBytes(i));
  const batch = encodeBatch({ oldSize: 0, proof: [], note: 'note', entries });
  const hashing = () => {
    let hash = leafHash(Buffer.alloc(0));
    for (const bytes of entries) hash = nodeHash(hash, leafHash(bytes));
  };
  const taking = () => {
    let frontier = emptyFrontier;
    for (const bytes of decodeBatch(batch).entries) frontier = appendLeaf(frontier, leafHash(bytes));
    frontierRoot(frontier);
  };
  const [floor, taken] = await timeTogether(300, hashing, taking);
  return [
    line('SHA-256 of 1,000 entries and nodes', floor),
    line('root of a batch of 1,000', taken, { name: 'the hashes', timing: floor, goal: 2 }),
  ];
}
