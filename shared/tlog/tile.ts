import { TlogError } from './errors.ts';
import { nodeHash } from './hash.ts';
import type { Subtree } from './merkle.ts';

/** C2SP tlog-tiles: tiles of height 8, so 256 hashes wide. */
export const tileWidth = 256;
const tileHeight = 8;

export type TileId = { level: number; n: number };

/** The tiles that become full when the log reaches exactly `size` entries, lowest level first. */
export function completedTiles(size: number): TileId[] {
  const tiles: TileId[] = [];
  for (let level = 0, n = size; n > 0 && n % tileWidth === 0; level++) {
    n /= tileWidth;
    tiles.push({ level, n: n - 1 });
  }
  return tiles;
}

/** Root of a full tile's 256 hashes. */
export function tileRoot(data: Uint8Array): Buffer {
  if (data.length !== tileWidth * 32) throw new TlogError('bad_tile', 'a full tile holds 256 hashes');
  return foldHashes(Buffer.from(data));
}

function foldHashes(data: Buffer): Buffer {
  let row = Array.from({ length: data.length / 32 }, (_, i) => data.subarray(i * 32, i * 32 + 32));
  while (row.length > 1) row = pairs(row);
  const [root] = row;
  if (!root) throw new TlogError('bad_tile', 'a tile is empty');
  return root;
}

function pairs(row: Buffer[]): Buffer[] {
  const next: Buffer[] = [];
  for (let i = 0; i + 1 < row.length; i += 2) {
    const [left, right] = [row[i], row[i + 1]];
    if (left && right) next.push(nodeHash(left, right));
  }
  return next;
}

/** Reads hashes of perfect subtrees from leaf hashes and full tiles. */
export function createSubtreeReader(source: {
  size: number;
  leaf(index: number): Buffer;
  /** The 256 hashes of a full tile. */
  tile(level: number, n: number): Buffer;
  /** Root of a full tile, where it is kept: spares reading the tile. */
  root?(level: number, n: number): Buffer;
}): Subtree {
  const subtree: Subtree = (level, index) => {
    if (level === 0) return source.leaf(index);
    const tileLevel = Math.floor((level - 1) / tileHeight);
    const span = 2 ** (level - tileLevel * tileHeight);
    const first = index * span;
    const n = Math.floor(first / tileWidth);
    if ((n + 1) * tileWidth ** (tileLevel + 1) <= source.size) {
      if (span === tileWidth && source.root) return source.root(tileLevel, n);
      const at = (first % tileWidth) * 32;
      return foldHashes(source.tile(tileLevel, n).subarray(at, at + span * 32));
    }
    return nodeHash(subtree(level - 1, index * 2), subtree(level - 1, index * 2 + 1));
  };
  return subtree;
}

function pathOf(n: number): string {
  if (!Number.isSafeInteger(n) || n < 0) throw new TlogError('bad_tile', 'a tile number is a whole number');
  const groups = [];
  for (let rest = n; ; rest = Math.floor(rest / 1000)) {
    groups.unshift(String(rest % 1000).padStart(3, '0'));
    if (rest < 1000) break;
  }
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
}

const partial = (width: number) => (width === tileWidth ? '' : `.p/${width}`);

/** tlog-tiles path of a hash tile; `width` below 256 names a partial one. */
export function tilePath(level: number, n: number, width: number = tileWidth): string {
  return `tile/${level}/${pathOf(n)}${partial(width)}`;
}

/** tlog-tiles path of an entry bundle. */
export function entriesPath(n: number, width: number = tileWidth): string {
  return `tile/entries/${pathOf(n)}${partial(width)}`;
}
