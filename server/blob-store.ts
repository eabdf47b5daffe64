import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { ServerTables } from './database/tables.ts';
import { mayTake } from './holders.ts';
import type { Db } from './log-store.ts';
import { ServerError } from './problems.ts';

/** How far an upload is; whole when `received` is `size`, both in bytes. */
export type BlobState = { size: number; received: number };
export type BlobPiece = { station: string; sha256: string; subject: string; size: number; at: number; bytes: Buffer };

/** Evidence is 25 MB at most, and encryption adds a little. */
export const mostBlobBytes = 26 * 1024 * 1024;
export const mostPieceBytes = 1024 * 1024;
/** Uploads that a station may have begun and not ended; the oldest makes room. */
const mostUnfinished = 16;

/**
 * Encrypted files of stations, each readable for the station it came from alone. A file arrives in pieces, in order, and
 * is there once its hash is seen to be its name. Nothing of a forgotten subject is taken, and what was taken goes.
 */
export function createBlobStore({ db, now }: { db: Kysely<ServerTables>; now: () => number }) {
  const rowOf = (reads: Db, station: string, sha256: string) =>
    reads.selectFrom('blob').selectAll().where('station', '=', station).where('sha256', '=', sha256).executeTakeFirst();

  const begin = async (trx: Db, { station, sha256, subject, size }: BlobPiece) => {
    const unfinished = await trx
      .selectFrom('blob')
      .select('sha256')
      .where('station', '=', station)
      .whereRef('received', '<', 'size')
      .orderBy('begun_at')
      .execute();
    for (const old of unfinished.slice(0, Math.max(0, unfinished.length - mostUnfinished + 1)))
      await drop(trx, station, old.sha256);
    const begun_at = new Date(now()).toISOString();
    await trx
      .insertInto('blob')
      .values({ station, sha256, subject, size, received: 0, begun_at })
      .onConflict(c => c.columns(['station', 'sha256']).doNothing())
      .execute();
    return rowOf(trx, station, sha256);
  };

  const isWhole = async (trx: Db, station: string, sha256: string): Promise<boolean> => {
    const hash = createHash('sha256');
    for await (const bytes of pieces(trx, station, sha256, 0)) hash.update(bytes);
    return hash.digest('hex') === sha256;
  };

  const take = async (trx: Db, piece: BlobPiece): Promise<BlobState | 'forgotten' | 'altered'> => {
    const { station, sha256, subject, size, at, bytes } = piece;
    if (!(await mayTake(trx, subject, station))) return 'forgotten';
    const row = (await rowOf(trx, station, sha256)) ?? (await begin(trx, piece));
    if (!row || row.size !== size || row.subject !== subject)
      throw new ServerError(409, 'This file was begun with another length or for another subject.');
    if (row.received === size) return { size, received: size };
    const received = at + bytes.length;
    if (at !== row.received || received > size) throw misplaced(row);
    const moved = await trx
      .updateTable('blob')
      .set({ received })
      .where('station', '=', station)
      .where('sha256', '=', sha256)
      .where('received', '=', at)
      .executeTakeFirst();
    if (moved.numUpdatedRows !== 1n) throw misplaced(row);
    await trx.insertInto('blob_piece').values({ station, sha256, at, bytes }).execute();
    if (received < size || (await isWhole(trx, station, sha256))) return { size, received };
    await drop(trx, station, sha256);
    return 'altered';
  };

  return {
    /** How far the upload of a file is; undefined when it was not begun. */
    async state(station: string, sha256: string): Promise<BlobState | undefined> {
      const row = await rowOf(db, station, sha256);
      return row && { size: row.size, received: row.received };
    },
    /**
     * Takes the next piece. Throws ServerError 409 for one that does not follow what is there, with how much that is,
     * 410 for a forgotten subject, and 422 for a file that is not what its name says, of which nothing is kept then.
     */
    async put(piece: BlobPiece): Promise<BlobState> {
      const taken = await db.transaction().execute(trx => take(trx, piece));
      if (taken === 'forgotten') throw new ServerError(410, 'This subject was ordered to be forgotten.');
      if (taken === 'altered')
        throw new ServerError(422, 'The file is not what its name says. Nothing of it was kept; send it again.');
      return taken;
    },
    /** The bytes of a whole file from an offset on, piece by piece. */
    read: (station: string, sha256: string, from: number) => pieces(db, station, sha256, from),
  };
}

export type BlobStore = ReturnType<typeof createBlobStore>;

/** Deletes whatever is there of a subject. */
export async function dropBlobs(trx: Db, subject: string): Promise<void> {
  const rows = await trx.selectFrom('blob').select(['station', 'sha256']).where('subject', '=', subject).execute();
  for (const { station, sha256 } of rows) await drop(trx, station, sha256);
}

async function drop(trx: Db, station: string, sha256: string): Promise<void> {
  for (const table of ['blob_piece', 'blob'] as const)
    await trx.deleteFrom(table).where('station', '=', station).where('sha256', '=', sha256).execute();
}

async function* pieces(reads: Db, station: string, sha256: string, from: number): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    const piece = await reads
      .selectFrom('blob_piece')
      .select('bytes')
      .where('station', '=', station)
      .where('sha256', '=', sha256)
      .where('at', '=', at)
      .executeTakeFirst();
    if (!piece) return;
    const end = at + piece.bytes.length;
    if (end > from) yield piece.bytes.subarray(Math.max(0, from - at));
    at = end;
  }
}

function misplaced({ received }: { received: number }): ServerError {
  return new ServerError(409, `The next piece begins at byte ${received}.`, {
    members: { received: String(received) },
  });
}
