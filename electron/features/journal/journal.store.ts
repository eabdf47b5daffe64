import { BenchError } from '../../../shared/errors.ts';
import type { Subtree } from '../../../shared/tlog/merkle.ts';
import { completedTiles, createSubtreeReader, tileRoot } from '../../../shared/tlog/tile.ts';
import type { Reads, Tx } from '../../database/database.ts';
import { query } from '../../database/query.ts';
import { createEntryIndex } from './entry-index.ts';

type Head = {
  origin: string;
  size: number;
  frontier: Buffer;
  root: Buffer;
  acked_size: number;
  acked_note: string | null;
};

/** Queries of the journal. */
export function createJournalStore(read: Reads) {
  const headQuery = query
    .selectFrom('log')
    .select(['origin', 'size', 'frontier', 'root', 'acked_size', 'acked_note'])
    .where('id', '=', 1)
    .compile();
  const compiled = <O>(q: O) => ({ compile: () => q });
  const head = (reads: Reads): Head | undefined => reads.get(compiled(headQuery));
  const mustHead = (reads: Reads): Head => {
    const row = head(reads);
    if (!row) throw missing('head');
    return row;
  };
  const leaf = (reads: Reads, idx: number): Buffer => {
    const row = reads.get(query.selectFrom('entry').select('leaf').where('idx', '=', idx));
    if (!row) throw missing(`entry ${idx}`);
    return row.leaf;
  };
  const tile = (reads: Reads, level: number, n: number): { data: Buffer; root: Buffer } => {
    const row = reads.get(
      query.selectFrom('tile').select(['data', 'root']).where('level', '=', level).where('n', '=', n),
    );
    if (!row) throw missing(`tile ${level}/${n}`);
    return row;
  };

  /** Writes the tiles that became full when the log reached `size`. */
  const writeTiles = (tx: Tx, size: number) => {
    for (const { level, n } of completedTiles(size)) {
      const hashes = Array.from({ length: 256 }, (_, i) =>
        level === 0 ? leaf(tx, n * 256 + i) : tile(tx, level - 1, n * 256 + i).root,
      );
      const data = Buffer.concat(hashes);
      tx.run(query.insertInto('tile').values({ level, n, data, root: tileRoot(data) }));
    }
  };

  return {
    ...createEntryIndex(read),
    head: () => head(read),
    mustHead: () => mustHead(read),
    headIn: (tx: Tx) => mustHead(tx),
    create(tx: Tx, row: { origin: string; size: number; frontier: Buffer; root: Buffer }) {
      tx.run(query.insertInto('log').values({ id: 1, acked_size: 0, acked_note: null, ...row }));
    },
    insert(
      tx: Tx,
      row: {
        idx: number;
        bytes: Buffer;
        leaf: Buffer;
        type: string;
        job?: string | undefined;
        device?: string | undefined;
        actor?: string | undefined;
      },
    ) {
      tx.run(query.insertInto('entry').values({ idx: row.idx, bytes: row.bytes, leaf: row.leaf }));
      tx.run(
        query.insertInto('entry_ref').values({
          idx: row.idx,
          type: row.type,
          job: row.job ?? null,
          device: row.device ?? null,
          actor: row.actor ?? null,
        }),
      );
    },
    insertPii(tx: Tx, row: { idx: number; slot: number; subject: string; ct: Buffer }) {
      tx.run(query.insertInto('pii').values(row));
    },
    /** Moves the head from `size`; a head that is elsewhere means two writers, and nothing is written. */
    advance(tx: Tx, size: number, next: { size: number; frontier: Buffer; root: Buffer }) {
      const { changes } = tx.run(query.updateTable('log').set(next).where('id', '=', 1).where('size', '=', size));
      if (changes !== 1) throw new BenchError('conflict', 'The journal moved under this write. Try again.');
      writeTiles(tx, next.size);
    },
    entry: (idx: number) => read.get(query.selectFrom('entry').select(['bytes', 'leaf']).where('idx', '=', idx)),
    entries: (from: number, to: number) =>
      read.all(
        query
          .selectFrom('entry')
          .select(['idx', 'bytes', 'leaf'])
          .where('idx', '>=', from)
          .where('idx', '<', to)
          .orderBy('idx'),
      ),
    /** The stored bytes of one entry; throws `journal_damaged` when it is not there. */
    bytes: (idx: number): Buffer => {
      const row = read.get(query.selectFrom('entry').select('bytes').where('idx', '=', idx));
      if (!row) throw missing(`entry ${idx}`);
      return row.bytes;
    },
    leaf: (idx: number) => leaf(read, idx),
    tile: (level: number, n: number) => tile(read, level, n).data,
    ciphertext: (idx: number, slot: number) =>
      read.get(query.selectFrom('pii').select('ct').where('idx', '=', idx).where('slot', '=', slot))?.ct ?? null,
    subtree(size: number): Subtree {
      return createSubtreeReader({
        size,
        leaf: idx => leaf(read, idx),
        tile: (level, n) => tile(read, level, n).data,
        root: (level, n) => tile(read, level, n).root,
      });
    },
    /** Indexes of entries, oldest first, by job. */
    ofJob: (job: string) =>
      read.all(query.selectFrom('entry_ref').select(['idx', 'type']).where('job', '=', job).orderBy('idx')),
    newest(limit: number, before: number, job: string | undefined) {
      let q = query.selectFrom('entry_ref').select('idx').where('idx', '<', before);
      if (job !== undefined) q = q.where('job', '=', job);
      return read.all(q.orderBy('idx', 'desc').limit(limit));
    },
    checkpoint: (size: number) =>
      read.get(query.selectFrom('checkpoint').select(['note', 'cosigs']).where('size', '=', size)),
    checkpoints: (from = 0, most = Number.MAX_SAFE_INTEGER) =>
      read.all(
        query
          .selectFrom('checkpoint')
          .select(['size', 'note', 'cosigs'])
          .where('size', '>=', from)
          .orderBy('size')
          .limit(most),
      ),
    newestCosigned: () =>
      read.get(
        query
          .selectFrom('checkpoint')
          .select(['size', 'note', 'cosigs'])
          .where('cosigs', 'is not', null)
          .orderBy('size', 'desc')
          .limit(1),
      ),
    insertCheckpoint(tx: Tx, size: number, note: string) {
      tx.run(
        query
          .insertInto('checkpoint')
          .values({ size, note, cosigs: null })
          .onConflict(c => c.column('size').doNothing()),
      );
    },
    acknowledge(tx: Tx, size: number, note: string, cosigs: string) {
      tx.run(query.updateTable('checkpoint').set({ cosigs }).where('size', '=', size));
      tx.run(
        query
          .updateTable('log')
          .set({ acked_size: size, acked_note: note })
          .where('id', '=', 1)
          .where('acked_size', '<', size),
      );
    },
  };
}

export type JournalStore = ReturnType<typeof createJournalStore>;

function missing(what: string): BenchError {
  return new BenchError('journal_damaged', `The journal has no ${what}. Stop work and verify the journal.`);
}
