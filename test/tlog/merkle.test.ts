import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TlogError } from '../../shared/tlog/errors.ts';
import {
  appendLeaf,
  consistencyProof,
  decodeFrontier,
  emptyFrontier,
  encodeFrontier,
  type Frontier,
  frontierRoot,
  inclusionProof,
  rootAt,
  verifyConsistency,
  verifyInclusion,
} from '../../shared/tlog/merkle.ts';
import { definedRoot, entryOf, flip, someLeaves, subtreeOf } from './reference-tree.ts';

const most = 300;
const leaves = someLeaves(most);
const subtree = subtreeOf(leaves);
const frontiers: Frontier[] = [emptyFrontier];
for (const leaf of leaves) frontiers.push(appendLeaf(frontiers.at(-1) ?? emptyFrontier, leaf));
const roots = frontiers.map(frontierRoot);
const rootOf = (size: number): Buffer => roots[size] ?? Buffer.alloc(0);
const leafOf = (index: number): Buffer => leaves[index] ?? Buffer.alloc(0);

const included = (index: number, size: number) => ({
  index,
  size,
  leaf: leafOf(index),
  root: rootOf(size),
  proof: inclusionProof(index, size, subtree),
});
const continued = (oldSize: number, newSize: number) => ({
  oldSize,
  newSize,
  oldRoot: rootOf(oldSize),
  newRoot: rootOf(newSize),
  proof: consistencyProof(oldSize, newSize, subtree),
});

const place = fc
  .integer({ min: 1, max: most })
  .chain(size => fc.record({ size: fc.constant(size), index: fc.integer({ min: 0, max: size - 1 }) }));
const sizes = fc
  .tuple(fc.integer({ min: 1, max: most }), fc.integer({ min: 1, max: most }))
  .map(([a, b]) => ({ oldSize: Math.min(a, b), newSize: Math.max(a, b) }));
const bit = fc.nat({ max: 255 });

describe(`every size to ${most}`, () => {
  test('appending gives the root that the definition gives, from the subtrees as well', () => {
    for (let size = 0; size <= most; size++) {
      const defined = definedRoot(leaves.slice(0, size)).toString('hex');
      expect(rootOf(size).toString('hex')).toBe(defined);
      expect(rootAt(size, subtree).toString('hex')).toBe(defined);
    }
  });

  test('a frontier survives being stored, and another size refuses its bytes', () => {
    for (const frontier of frontiers) {
      const stored = encodeFrontier(frontier);
      const back = decodeFrontier(frontier.size, stored);
      expect(frontierRoot(back).equals(frontierRoot(frontier))).toBe(true);
      expect(() => decodeFrontier(frontier.size, Buffer.concat([stored, Buffer.alloc(32)]))).toThrow(TlogError);
    }
  });

  test('every entry is proven in every tree that has it', () => {
    let proofs = 0;
    for (let size = 1; size <= most; size++)
      for (let index = 0; index < size; index++) if (verifyInclusion(included(index, size))) proofs++;
    expect(proofs).toBe((most * (most + 1)) / 2);
  });

  test('every tree is proven to continue every smaller one', () => {
    let proofs = 0;
    for (let newSize = 0; newSize <= most; newSize++)
      for (let oldSize = 0; oldSize <= newSize; oldSize++) if (verifyConsistency(continued(oldSize, newSize))) proofs++;
    expect(proofs).toBe(((most + 1) * (most + 2)) / 2);
  });
});

describe('a proof that is not quite right', () => {
  test('one turned bit anywhere in an inclusion', () => {
    fc.assert(
      fc.property(place, bit, fc.nat(), ({ index, size }, turned, which) => {
        const claim = included(index, size);
        expect(verifyInclusion({ ...claim, leaf: flip(claim.leaf, turned) })).toBe(false);
        expect(verifyInclusion({ ...claim, root: flip(claim.root, turned) })).toBe(false);
        const at = which % Math.max(1, claim.proof.length);
        const proof = claim.proof.map((hash, i) => (i === at ? flip(hash, turned) : hash));
        expect(verifyInclusion({ ...claim, proof })).toBe(claim.proof.length === 0);
      }),
    );
  });

  test('one turned bit anywhere in a consistency', () => {
    fc.assert(
      fc.property(sizes, bit, fc.nat(), ({ oldSize, newSize }, turned, which) => {
        const claim = continued(oldSize, newSize);
        expect(verifyConsistency({ ...claim, oldRoot: flip(claim.oldRoot, turned) })).toBe(false);
        expect(verifyConsistency({ ...claim, newRoot: flip(claim.newRoot, turned) })).toBe(false);
        const at = which % Math.max(1, claim.proof.length);
        const proof = claim.proof.map((hash, i) => (i === at ? flip(hash, turned) : hash));
        expect(verifyConsistency({ ...claim, proof })).toBe(claim.proof.length === 0);
      }),
    );
  });

  test('another place, another size, a hash too few or too many', () => {
    fc.assert(
      fc.property(place, place, ({ index, size }, other) => {
        const claim = included(index, size);
        expect(verifyInclusion({ ...claim, index: other.index })).toBe(other.index === index);
        expect(verifyInclusion({ ...claim, proof: [...claim.proof, claim.root] })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: claim.proof.slice(1) })).toBe(claim.proof.length === 0);
        expect(verifyInclusion({ ...claim, leaf: claim.leaf.subarray(1) })).toBe(false);
      }),
    );
    fc.assert(
      fc.property(sizes, ({ oldSize, newSize }) => {
        const claim = continued(oldSize, newSize);
        expect(verifyConsistency({ ...claim, oldSize: newSize + 1 })).toBe(false);
        expect(verifyConsistency({ ...claim, proof: [...claim.proof, claim.oldRoot] })).toBe(false);
        expect(verifyConsistency({ ...claim, proof: claim.proof.slice(1) })).toBe(claim.proof.length === 0);
      }),
    );
  });

  test('sizes and places that are no numbers of entries', () => {
    const claim = included(3, 7);
    for (const odd of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(verifyInclusion({ ...claim, index: odd })).toBe(false);
      expect(verifyInclusion({ ...claim, size: odd })).toBe(false);
      expect(verifyConsistency({ ...continued(3, 7), oldSize: odd })).toBe(false);
      expect(verifyConsistency({ ...continued(3, 7), newSize: odd })).toBe(false);
    }
    expect(() => inclusionProof(7, 7, subtree)).toThrow(TlogError);
    expect(() => consistencyProof(8, 7, subtree)).toThrow(TlogError);
  });
});

type SigstoreCheck = (
  entry: { canonicalizedBody: Buffer; inclusionProof: { logIndex: string; hashes: Buffer[] } },
  head: { logSize: bigint; logHash: Buffer },
) => void;

describe("Sigstore's own Merkle code", () => {
  // The package exports whole verifications only; the arithmetic is a file inside it.
  const require = createRequire(import.meta.url);
  const main = require.resolve('@sigstore/verify');
  const { verifyMerkleInclusion } = require(main.replace(/index\.js$/, 'tlog/merkle.js')) as {
    verifyMerkleInclusion: SigstoreCheck;
  };
  const agrees = (index: number, size: number, proof: Buffer[]) => {
    try {
      verifyMerkleInclusion(
        { canonicalizedBody: entryOf(index), inclusionProof: { logIndex: String(index), hashes: proof } },
        { logSize: BigInt(size), logHash: rootOf(size) },
      );
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'VerificationError') return false;
      throw error;
    }
  };

  test('accepts thousands of our proofs and refuses what we refuse', () => {
    fc.assert(
      fc.property(place, bit, fc.nat(), ({ index, size }, turned, which) => {
        const { proof, ...claim } = included(index, size);
        expect(agrees(index, size, proof)).toBe(true);
        const wrong = proof.map((hash, i) => (i === which % proof.length ? flip(hash, turned) : hash));
        expect(agrees(index, size, wrong)).toBe(verifyInclusion({ ...claim, proof: wrong }));
      }),
      { numRuns: 3_000 },
    );
  });
});
