import type { Kysely, Transaction } from 'kysely';
import { leafHash, sha256 } from '../shared/tlog/hash.ts';
import {
  appendLeaf,
  decodeFrontier,
  emptyFrontier,
  encodeFrontier,
  type Frontier,
  frontierRoot,
} from '../shared/tlog/merkle.ts';
import { completedTiles, tileRoot, tileWidth } from '../shared/tlog/tile.ts';
import type { ServerTables } from './database/tables.ts';
import { ServerError } from './problems.ts';

export type Db = Kysely<ServerTables> | Transaction<ServerTables>;
export type LogRow = ServerTables['log'];

/** Hex SHA-256 of a log's origin, its name in paths and tables. */
export function originHash(origin: string): string {
  return sha256(Buffer.from(origin)).toString('hex');
}

/** A log before its first entry. */
export function emptyLog(log: Pick<LogRow, 'origin' | 'vkey' | 'station' | 'prefix'>): LogRow {
  const root = frontierRoot(emptyFrontier);
  return {
    ...log,
    oh: originHash(log.origin),
    size: 0,
    frontier: Buffer.alloc(0),
    root,
    frozen: null,
    fleet_index: null,
  };
}

/** The tree of a log with these entries added, computed from their bytes alone. */
export function grow(log: LogRow, entries: readonly Buffer[]): { frontier: Frontier; leaves: Buffer[] } {
  const leaves = entries.map(leafHash);
  const frontier = leaves.reduce(appendLeaf, decodeFrontier(log.size, log.frontier));
  return { frontier, leaves };
}

/** The head of a log was not where it had been read: two at once, and the other was first. Read again, try again. */
export class LogMoved extends ServerError {
  constructor() {
    super(503, 'The log moved meanwhile. Nothing was taken; try again.');
    this.name = 'LogMoved';
  }
}

/** Adds entries and moves the head within one transaction; throws LogMoved when the head is not where it was. */
export async function append(
  trx: Db,
  log: LogRow,
  entries: readonly Buffer[],
  grown: { frontier: Frontier; leaves: Buffer[] },
): Promise<LogRow> {
  const { frontier, leaves } = grown;
  const next = { size: frontier.size, frontier: encodeFrontier(frontier), root: frontierRoot(frontier) };
  const moved = await trx
    .updateTable('log')
    .set(next)
    .where('oh', '=', log.oh)
    .where('size', '=', log.size)
    .executeTakeFirst();
  if (moved.numUpdatedRows !== 1n) throw new LogMoved();
  const rows = entries.map((bytes, i) => ({
    oh: log.oh,
    idx: log.size + i,
    bytes,
    leaf: leaves[i] ?? leafHash(bytes),
  }));
  for (let at = 0; at < rows.length; at += 200)
    await trx
      .insertInto('entry')
      .values(rows.slice(at, at + 200))
      .execute();
  for (let size = log.size - (log.size % tileWidth) + tileWidth; size <= next.size; size += tileWidth)
    await writeTiles(trx, log.oh, size);
  return { ...log, ...next };
}

async function writeTiles(trx: Db, oh: string, size: number): Promise<void> {
  for (const { level, n } of completedTiles(size)) {
    const data = Buffer.concat(await hashesOf(trx, oh, level, n * tileWidth, (n + 1) * tileWidth));
    await trx
      .insertInto('tile')
      .values({ oh, level, n, data, root: tileRoot(data) })
      .execute();
  }
}

/** Hashes [from, to) of one tile level: leaf hashes below, roots of full tiles above. */
export async function hashesOf(db: Db, oh: string, level: number, from: number, to: number): Promise<Buffer[]> {
  if (level === 0) {
    const rows = await db
      .selectFrom('entry')
      .select('leaf')
      .where('oh', '=', oh)
      .where('idx', '>=', from)
      .where('idx', '<', to)
      .orderBy('idx')
      .execute();
    return rows.map(row => row.leaf);
  }
  const rows = await db
    .selectFrom('tile')
    .select('root')
    .where('oh', '=', oh)
    .where('level', '=', level - 1)
    .where('n', '>=', from)
    .where('n', '<', to)
    .orderBy('n')
    .execute();
  return rows.map(row => row.root);
}

export async function entriesOf(db: Db, oh: string, from: number, to: number): Promise<Buffer[]> {
  const rows = await db
    .selectFrom('entry')
    .select('bytes')
    .where('oh', '=', oh)
    .where('idx', '>=', from)
    .where('idx', '<', to)
    .orderBy('idx')
    .execute();
  return rows.map(row => row.bytes);
}
