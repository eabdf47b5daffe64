import { TlogError } from './errors.ts';
import { EMPTY_ROOT, nodeHash } from './hash.ts';

/** What an append-only tree needs to grow: hashes of its perfect subtrees, largest first. */
export type Frontier = { readonly size: number; readonly hashes: readonly Buffer[] };

export const emptyFrontier: Frontier = { size: 0, hashes: [] };

/** The frontier with one more leaf. */
export function appendLeaf(frontier: Frontier, leaf: Buffer): Frontier {
  const hashes = [...frontier.hashes];
  let hash = leaf;
  for (let n = frontier.size; n % 2 === 1; n = Math.floor(n / 2)) {
    const left = hashes.pop();
    if (!left) throw new TlogError('bad_proof', 'the frontier has too few hashes for its size');
    hash = nodeHash(left, hash);
  }
  hashes.push(hash);
  return { size: frontier.size + 1, hashes };
}

export function frontierRoot({ hashes }: Frontier): Buffer {
  return hashes.length === 0 ? EMPTY_ROOT : hashes.reduceRight((right, left) => nodeHash(left, right));
}

export function encodeFrontier({ hashes }: Frontier): Buffer {
  return Buffer.concat(hashes);
}

/** Throws `bad_proof` unless the bytes hold exactly the hashes that a tree of this size has. */
export function decodeFrontier(size: number, bytes: Uint8Array): Frontier {
  const count = ones(size);
  if (bytes.length !== count * 32) throw new TlogError('bad_proof', 'the frontier does not fit its size');
  const buffer = Buffer.from(bytes);
  return { size, hashes: Array.from({ length: count }, (_, i) => buffer.subarray(i * 32, i * 32 + 32)) };
}

function ones(size: number): number {
  return [...size.toString(2)].filter(digit => digit === '1').length;
}

/** Hash of the perfect subtree of 2^level leaves number `index`. */
export type Subtree = (level: number, index: number) => Buffer;

/** Largest power of two below `n`, for n of 2 and more, as its exponent. */
function splitLevel(n: number): number {
  let level = 0;
  while (2 ** (level + 1) < n) level++;
  return level;
}

/** Root over the leaves [from, to); `from` is a multiple of the largest power of two that fits. */
function rangeRoot(from: number, to: number, subtree: Subtree): Buffer {
  const n = to - from;
  if (n === 0) return EMPTY_ROOT;
  const level = Math.log2(n);
  if (Number.isInteger(level)) return subtree(level, from / n);
  const middle = from + 2 ** splitLevel(n);
  return nodeHash(rangeRoot(from, middle, subtree), rangeRoot(middle, to, subtree));
}

/** Root of the tree as it was at `size` leaves. */
export function rootAt(size: number, subtree: Subtree): Buffer {
  return rangeRoot(0, size, subtree);
}

/** RFC 6962 audit path of leaf `index` in the tree of `size` leaves. */
export function inclusionProof(index: number, size: number, subtree: Subtree): Buffer[] {
  if (index >= size) throw new TlogError('bad_proof', 'there is no such leaf');
  const path = (from: number, to: number): Buffer[] => {
    if (to - from === 1) return [];
    const middle = from + 2 ** splitLevel(to - from);
    return index < middle
      ? [...path(from, middle), rangeRoot(middle, to, subtree)]
      : [...path(middle, to), rangeRoot(from, middle, subtree)];
  };
  return path(0, size);
}

/** RFC 6962 proof that the tree of `newSize` leaves continues the one of `oldSize`. */
export function consistencyProof(oldSize: number, newSize: number, subtree: Subtree): Buffer[] {
  if (oldSize > newSize) throw new TlogError('bad_proof', 'a tree does not shrink');
  if (oldSize === 0 || oldSize === newSize) return [];
  const path = (from: number, to: number, whole: boolean): Buffer[] => {
    if (to === oldSize) return whole ? [] : [rangeRoot(from, to, subtree)];
    const middle = from + 2 ** splitLevel(to - from);
    return oldSize <= middle
      ? [...path(from, middle, whole), rangeRoot(middle, to, subtree)]
      : [...path(middle, to, false), rangeRoot(from, middle, subtree)];
  };
  return path(0, newSize, true);
}

const isSize = (n: number) => Number.isSafeInteger(n) && n >= 0;
const half = (n: number) => Math.floor(n / 2);
const odd = (n: number) => n % 2 === 1;

/** RFC 9162, 2.1.3.2. */
export function verifyInclusion(claim: {
  index: number;
  size: number;
  leaf: Uint8Array;
  proof: readonly Uint8Array[];
  root: Uint8Array;
}): boolean {
  const { index, size, leaf, proof, root } = claim;
  if (!isSize(index) || !isSize(size) || index >= size || leaf.length !== 32) return false;
  let fn = index;
  let sn = size - 1;
  let hash: Buffer = Buffer.from(leaf);
  for (const sibling of proof) {
    if (sn === 0 || sibling.length !== 32) return false;
    if (odd(fn) || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (!odd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && hash.equals(root);
}

/** RFC 9162, 2.1.4.2. */
export function verifyConsistency(claim: {
  oldSize: number;
  newSize: number;
  oldRoot: Uint8Array;
  newRoot: Uint8Array;
  proof: readonly Uint8Array[];
}): boolean {
  const { oldSize, newSize, oldRoot, newRoot, proof } = claim;
  if (!isSize(oldSize) || !isSize(newSize) || oldSize > newSize) return false;
  if (oldSize === newSize) return proof.length === 0 && Buffer.from(oldRoot).equals(newRoot);
  if (oldSize === 0) return proof.length === 0 && EMPTY_ROOT.equals(oldRoot);
  const path = Number.isInteger(Math.log2(oldSize)) ? [oldRoot, ...proof] : [...proof];
  const [first, ...rest] = path;
  if (!first || proof.length === 0 || path.some(hash => hash.length !== 32)) return false;
  let fn = oldSize - 1;
  let sn = newSize - 1;
  while (odd(fn)) [fn, sn] = [half(fn), half(sn)];
  let fr: Buffer = Buffer.from(first);
  let sr: Buffer = Buffer.from(first);
  for (const hash of rest) {
    if (sn === 0) return false;
    if (odd(fn) || fn === sn) {
      fr = nodeHash(hash, fr);
      sr = nodeHash(hash, sr);
      while (!odd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      sr = nodeHash(sr, hash);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && fr.equals(oldRoot) && sr.equals(newRoot);
}
