import { BenchError } from '../../../shared/errors.ts';
import type { Subtree } from '../../../shared/tlog/merkle.ts';
import { completedTiles, createSubtreeReader, tileRoot } from '../../../shared/tlog/tile.ts';
import type { Reads, Tx } from '../../database/database.ts';
import { query } from '../../database/query.ts';
import { createEntryIndex } from './entry-index.ts';

type Head = {
  origin: string;
  /** Place of its first entry among all of the station. */
  start: number;
  size: number;
  frontier: Buffer;
  root: Buffer;
  acked_size: number;
  acked_note: string | null;
};

/**
 * Queries of the journal. An entry has a place among all that the station ever wrote, which is what `idx` means here, and
 * a number in its log, which is what the tree knows it by; they differ by the `start` of the log.
 */
export function createJournalStore(read: Reads) {
  const headQuery = query
    .selectFrom('log')
    .select(['origin', 'start', 'size', 'frontier', 'root', 'acked_size', 'acked_note'])
    .where('id', '=', 1)
    .compile();
  const compiled = <O>(q: O) => ({ compile: () => q });
  const head = (reads: Reads): Head | undefined => reads.get(compiled(headQuery));
  const mustHead = (reads: Reads): Head => {
    const row = head(reads);
    if (!row) throw missing('head');
    return row;
  };
  const start = head(read)?.start ?? 0;
  const leaf = (reads: Reads, seq: number): Buffer => {
    const row = reads.get(
      query
        .selectFrom('entry')
        .select('leaf')
        .where('idx', '=', start + seq),
    );
    if (!row) throw missing(`entry ${seq}`);
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
    start,
    head: () => head(read),
    mustHead: () => mustHead(read),
    headIn: (tx: Tx) => mustHead(tx),
    create(tx: Tx, row: { origin: string; size: number; frontier: Buffer; root: Buffer }) {
      tx.run(query.insertInto('log').values({ id: 1, start: 0, acked_size: 0, acked_note: null, ...row }));
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
    /** Entries by place, from `from` and before `to`. */
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
    leaf: (seq: number) => leaf(read, seq),
    tile: (level: number, n: number) => tile(read, level, n).data,
    ciphertext: (idx: number, slot: number) =>
      read.get(query.selectFrom('pii').select('ct').where('idx', '=', idx).where('slot', '=', slot))?.ct ?? null,
    subtree(size: number): Subtree {
      return createSubtreeReader({
        size,
        leaf: seq => leaf(read, seq),
        tile: (level, n) => tile(read, level, n).data,
        root: (level, n) => tile(read, level, n).root,
      });
    },
    /** Whether the server has cosigned the entry, in whichever log it stands. */
    isCosigned(idx: number): boolean {
      if (idx >= start) return idx - start < mustHead(read).acked_size;
      const past = read.get(
        query
          .selectFrom('past_log')
          .select(['start', 'acked_size'])
          .where('start', '<=', idx)
          .orderBy('start', 'desc')
          .limit(1),
      );
      return past !== undefined && idx - past.start < past.acked_size;
    },
    /** Logs that were closed, oldest first, each with the heads that were signed of it. */
    past: () =>
      read.all(query.selectFrom('past_log').selectAll().orderBy('start')).map(log => ({
        ...log,
        checkpoints: read.all(
          query.selectFrom('past_checkpoint').select(['size', 'note', 'cosigs']).where('origin', '=', log.origin),
        ),
      })),
    /** Places of entries, oldest first, by job. */
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
