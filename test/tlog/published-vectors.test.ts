import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { TlogError } from '../../shared/tlog/errors.ts';
import { leafHash } from '../../shared/tlog/hash.ts';
import {
  appendLeaf,
  consistencyProof,
  emptyFrontier,
  frontierRoot,
  inclusionProof,
  verifyConsistency,
  verifyInclusion,
} from '../../shared/tlog/merkle.ts';
import { openNote, parseVkey } from '../../shared/tlog/note.ts';
import { subtreeOf } from './reference-tree.ts';

const Known = z.object({
  certificateTransparency: z.object({
    entries: z.array(z.string()),
    roots: z.array(z.string()).length(8),
    inclusions: z.array(z.object({ index: z.number(), size: z.number(), proof: z.array(z.string()) })),
    consistencies: z.array(z.object({ oldSize: z.number(), newSize: z.number(), proof: z.array(z.string()) })),
  }),
  note: z.object({ vkey: z.string(), note: z.string() }),
});
const known = Known.parse(readJson(import.meta.dirname, 'vectors.json'));
const folder = join(import.meta.dirname, '../../../shared/vectors');

function describeWithVectors(name: string, part: string, body: (dir: string) => void) {
  const dir = join(folder, part);
  if (existsSync(dir)) describe(name, () => body(dir));
  else
    describe.skip(`${name} (skipped: the folder shared/vectors/${part} beside the project is missing)`, () =>
      body(dir));
}

const Hash = z
  .base64()
  .nullable()
  .transform(text => Buffer.from(text ?? '', 'base64'));
const Proof = z
  .array(Hash)
  .nullable()
  .transform(proof => proof ?? []);
const Inclusion = z.object({
  name: z.string(),
  wantErr: z.boolean(),
  leafIdx: z.number(),
  treeSize: z.number(),
  root: Hash,
  leafHash: Hash,
  proof: Proof,
});
const Consistency = z.object({
  name: z.string(),
  wantErr: z.boolean(),
  size1: z.number(),
  size2: z.number(),
  root1: Hash,
  root2: Hash,
  proof: Proof,
});

const rows = <T>(schema: z.ZodType<T>, dir: string, file: string) =>
  existsSync(dir) ? z.array(schema).parse(readJson(dir, file)) : [];

describeWithVectors('proofs of transparency-dev/merkle', 'merkle', dir => {
  const inclusions = rows(Inclusion, dir, 'inclusion.json');
  const consistencies = rows(Consistency, dir, 'consistency.json');

  test('there are right and wrong ones of both kinds', () => {
    for (const vectors of [inclusions, consistencies]) {
      expect(vectors.filter(({ wantErr }) => wantErr).length).toBeGreaterThan(20);
      expect(vectors.filter(({ wantErr }) => !wantErr).length).toBeGreaterThan(2);
    }
  });

  test.each(inclusions)('$name', ({ leafIdx, treeSize, root, leafHash: leaf, proof, wantErr }) => {
    expect(verifyInclusion({ index: leafIdx, size: treeSize, root, leaf, proof })).toBe(!wantErr);
  });

  test.each(consistencies)('$name', ({ size1, size2, root1, root2, proof, wantErr }) => {
    const claim = { oldSize: size1, newSize: size2, oldRoot: root1, newRoot: root2, proof };
    expect(verifyConsistency(claim)).toBe(!wantErr);
  });
});

describeWithVectors('canonical JSON of cyberphone/json-canonicalization', 'jcs', dir => {
  const names = existsSync(dir) ? readdirSync(join(dir, 'input')) : [];
  test.each(names)('%s', name => {
    expect(canonicalize(readJson(dir, 'input', name))).toBe(readFileSync(join(dir, 'output', name), 'utf8').trimEnd());
  });
});

describe('the tree of the Certificate Transparency reference tests', () => {
  const { entries, roots, inclusions, consistencies } = known.certificateTransparency;
  const leaves = entries.map(entry => leafHash(Buffer.from(entry, 'hex')));
  const subtree = subtreeOf(leaves);
  const rootOf = (size: number) => Buffer.from(roots[size - 1] ?? '', 'hex');
  const toHex = (hashes: readonly Buffer[]) => hashes.map(hash => hash.toString('hex'));

  test.each(inclusions)('entry $index of $size is proven in exactly this way', ({ index, size, proof }) => {
    expect(toHex(inclusionProof(index, size, subtree))).toEqual(proof);
    const leaf = leaves[index] ?? Buffer.alloc(0);
    const hashes = proof.map(hash => Buffer.from(hash, 'hex'));
    expect(verifyInclusion({ index, size, leaf, proof: hashes, root: rootOf(size) })).toBe(true);
  });

  test.each(consistencies)('size $newSize continues $oldSize in exactly this way', ({ oldSize, newSize, proof }) => {
    expect(toHex(consistencyProof(oldSize, newSize, subtree))).toEqual(proof);
    const hashes = proof.map(hash => Buffer.from(hash, 'hex'));
    const claimed = { oldRoot: rootOf(oldSize), newRoot: rootOf(newSize) };
    expect(verifyConsistency({ oldSize, newSize, proof: hashes, ...claimed })).toBe(true);
  });

  test('its roots come out of appending one entry after another', () => {
    let frontier = emptyFrontier;
    const seen = leaves.map(leaf => {
      frontier = appendLeaf(frontier, leaf);
      return frontierRoot(frontier).toString('hex');
    });
    expect(seen).toEqual(roots);
  });
});

describe('the example of the C2SP note format', () => {
  const { note } = known.note;
  const key = parseVkey(known.note.vkey);

  test('opens with its key', () => {
    expect(openNote(note, [key])).toEqual({
      text: 'This is an example message.\n',
      signatures: [{ name: 'example.com/foo', algorithm: 'ed25519' }],
    });
  });

  test('does not open when its text was altered', () => {
    expect(() => openNote(note.replace('example m', 'Example m'), [key])).toThrow(TlogError);
  });
});

function readJson(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(...path), 'utf8'));
}
