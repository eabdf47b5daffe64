import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBundle } from '../../shared/tlog/bundle.ts';
import { TlogError } from '../../shared/tlog/errors.ts';
import { exportLog } from '../../shared/tlog/export.ts';
import {
  appendLeaf,
  consistencyProof,
  emptyFrontier,
  frontierRoot,
  inclusionProof,
  rootAt,
  verifyConsistency,
  verifyInclusion,
} from '../../shared/tlog/merkle.ts';
import { completedTiles, createSubtreeReader, entriesPath, tilePath, tileRoot } from '../../shared/tlog/tile.ts';
import { entryOf } from './reference-tree.ts';

const most = 65_536 + 300;
const leafOf = (index: number) => createHash('sha256').update(`leaf ${index}`).digest();

/** Tiles written as a log writes them: each when it becomes full, out of the row below. Roots at the sizes asked for. */
function growTiles(size: number, rootSizes: ReadonlySet<number>) {
  const tiles = new Map<string, Buffer>();
  const roots = new Map<number, Buffer>();
  let frontier = emptyFrontier;
  for (let index = 0; index < size; index++) {
    frontier = appendLeaf(frontier, leafOf(index));
    for (const { level, n } of completedTiles(index + 1)) {
      const hash = (i: number) =>
        level === 0 ? leafOf(i) : tileRoot(tiles.get(`${level - 1}/${i}`) ?? Buffer.alloc(0));
      tiles.set(`${level}/${n}`, Buffer.concat(Array.from({ length: 256 }, (_, i) => hash(n * 256 + i))));
    }
    if (rootSizes.has(index + 1)) roots.set(index + 1, frontierRoot(frontier));
  }
  return { tiles, roots };
}

const sizes = [1, 255, 256, 257, 511, 512, 513, 1_000, 65_535, 65_536, 65_537, 65_791, 65_792, 65_793, most];
const grown = growTiles(most, new Set(sizes));
const rootOf = (size: number) => grown.roots.get(size) ?? Buffer.alloc(0);

const tileRoots = new Map([...grown.tiles].map(([name, tile]) => [name, tileRoot(tile)]));

/** Reads nothing that a log of this size does not have. Roots of tiles are kept, or not. */
function readerOf(size: number, kept: 'roots' | 'tiles' = 'roots') {
  return createSubtreeReader({
    size,
    ...(kept === 'roots' && { root: (level, n) => tileRoots.get(`${level}/${n}`) ?? Buffer.alloc(0) }),
    leaf(index) {
      if (index >= size) throw new RangeError(`leaf ${index} of ${size}`);
      return leafOf(index);
    },
    tile(level, n) {
      const tile = grown.tiles.get(`${level}/${n}`);
      if (!tile || (n + 1) * 256 ** (level + 1) > size) throw new RangeError(`tile ${level}/${n} of ${size}`);
      return tile;
    },
  });
}

describe('a tree read through tiles', () => {
  test.each(sizes)('of %i entries has the root of appending them', size => {
    expect(rootAt(size, readerOf(size)).toString('hex')).toBe(rootOf(size).toString('hex'));
    expect(rootAt(size, readerOf(size, 'tiles')).toString('hex')).toBe(rootOf(size).toString('hex'));
  });

  const sizeIndex = fc.integer({ min: 0, max: sizes.length - 1 });
  const sizeAt = (at: number) => sizes[at] ?? 1;

  test('proves any entry under any of these heads', () => {
    fc.assert(
      fc.property(sizeIndex, fc.nat(), (at, any) => {
        const size = sizeAt(at);
        const index = any % size;
        const proof = inclusionProof(index, size, readerOf(size));
        expect(verifyInclusion({ index, size, proof, leaf: leafOf(index), root: rootOf(size) })).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('proves each of these heads to continue each smaller one', () => {
    for (const newSize of sizes)
      for (const oldSize of sizes.filter(size => size <= newSize)) {
        const proof = consistencyProof(oldSize, newSize, readerOf(newSize));
        const roots = { oldRoot: rootOf(oldSize), newRoot: rootOf(newSize) };
        expect(verifyConsistency({ oldSize, newSize, proof, ...roots })).toBe(true);
      }
  });

  test('gives the root of an earlier size', () => {
    expect(rootAt(65_537, readerOf(most)).equals(rootOf(65_537))).toBe(true);
  });
});

describe('tlog-tiles', () => {
  test('a tile is complete when its last entry arrives, and those above it with it', () => {
    expect(completedTiles(255)).toEqual([]);
    expect(completedTiles(256)).toEqual([{ level: 0, n: 0 }]);
    expect(completedTiles(512)).toEqual([{ level: 0, n: 1 }]);
    expect(completedTiles(65_536)).toEqual([
      { level: 0, n: 255 },
      { level: 1, n: 0 },
    ]);
    expect(completedTiles(0)).toEqual([]);
  });

  test.each([
    [tilePath(0, 0), 'tile/0/000'],
    [tilePath(0, 1, 44), 'tile/0/001.p/44'],
    [tilePath(2, 1_234_067), 'tile/2/x001/x234/067'],
    [entriesPath(999), 'tile/entries/999'],
    [entriesPath(1_000, 255), 'tile/entries/x001/000.p/255'],
  ])('%s', (path, expected) => {
    expect(path).toBe(expected);
  });

  test('there is no tile -1, and a full tile is full', () => {
    expect(() => tilePath(0, -1)).toThrow(TlogError);
    expect(() => tilePath(0, 0.5)).toThrow(TlogError);
    expect(() => tileRoot(Buffer.alloc(255 * 32))).toThrow(TlogError);
  });

  test('an export names every tile of its size once, partial ones by their width, and the checkpoint last', () => {
    const size = 65_536 + 257;
    const files = [
      ...exportLog({
        size,
        note: 'a checkpoint',
        leaf: leafOf,
        entry: entryOf,
        tile: (level, n) => grown.tiles.get(`${level}/${n}`) ?? Buffer.alloc(0),
      }),
    ];
    const paths = files.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths.at(-1)).toBe('checkpoint');
    expect(paths.filter(path => path.includes('.p/')).toSorted()).toEqual([
      'tile/0/257.p/1',
      'tile/1/001.p/1',
      'tile/2/000.p/1',
      'tile/entries/257.p/1',
    ]);
    expect(paths.filter(path => path.startsWith('tile/entries/')).length).toBe(258);
    const last = files.find(({ path }) => path === 'tile/entries/257.p/1');
    expect(decodeBundle(last?.bytes ?? Buffer.alloc(0))).toEqual([entryOf(size - 1)]);
    const top = files.find(({ path }) => path === 'tile/2/000.p/1');
    expect(top?.bytes.equals(rootOf(65_536))).toBe(true);
  });

  test('an empty log is a checkpoint and nothing else', () => {
    const nothing = () => {
      throw new RangeError('an empty log has nothing to read');
    };
    const files = [...exportLog({ size: 0, note: 'head', leaf: nothing, entry: nothing, tile: nothing })];
    expect(files.map(({ path }) => path)).toEqual(['checkpoint']);
  });
});
