import { encodeBundle } from './bundle.ts';
import { createSubtreeReader, entriesPath, tilePath, tileWidth } from './tile.ts';

/** A log that can be read to its end. */
export type ReadableLog = {
  readonly size: number;
  /** Signed checkpoint over exactly `size` entries. */
  readonly note: string;
  leaf(index: number): Buffer;
  entry(index: number): Uint8Array;
  /** The 256 hashes of a full tile. */
  tile(level: number, n: number): Buffer;
};

export type ExportFile = { readonly path: string; readonly bytes: Buffer };

/**
 * Files of the tlog-tiles layout, one at a time: entry bundles, hash tiles with the partial ones on the right edge, and
 * the checkpoint last, so that a folder with a checkpoint is a whole one.
 */
export function* exportLog(log: ReadableLog): Generator<ExportFile> {
  for (const { n, width } of tilesOf(log.size)) {
    const entries = Array.from({ length: width }, (_, i) => log.entry(n * tileWidth + i));
    yield { path: entriesPath(n, width), bytes: encodeBundle(entries) };
  }
  const subtree = createSubtreeReader(log);
  for (let level = 0; tileWidth ** level <= log.size; level++) {
    for (const { n, width } of tilesOf(Math.floor(log.size / tileWidth ** level))) {
      const bytes =
        width === tileWidth
          ? log.tile(level, n)
          : Buffer.concat(Array.from({ length: width }, (_, i) => subtree(level * 8, n * tileWidth + i)));
      yield { path: tilePath(level, n, width), bytes };
    }
  }
  yield { path: 'checkpoint', bytes: Buffer.from(log.note) };
}

/** The tiles that a row of `count` hashes or entries is cut into; all are 256 wide but perhaps the last. */
export function* tilesOf(count: number): Generator<{ n: number; width: number }> {
  for (let n = 0; n * tileWidth < count; n++) yield { n, width: Math.min(tileWidth, count - n * tileWidth) };
}
