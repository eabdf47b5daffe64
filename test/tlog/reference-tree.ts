import { createHash } from 'node:crypto';
import { leafHash } from '../../shared/tlog/hash.ts';
import type { Subtree } from '../../shared/tlog/merkle.ts';

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();

/** Root as RFC 6962 defines it, written down as it stands there and as slow. */
export function definedRoot(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (!only) return sha256();
  if (leaves.length === 1) return only;
  let middle = 1;
  while (middle * 2 < leaves.length) middle *= 2;
  return sha256(Buffer.from([1]), definedRoot(leaves.slice(0, middle)), definedRoot(leaves.slice(middle)));
}

/** Leaf hashes of entries `entry 0`, `entry 1` and so on. */
export function someLeaves(count: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => leafHash(entryOf(i)));
}

export function entryOf(index: number): Buffer {
  return Buffer.from(`entry ${index}`);
}

/** Perfect subtrees of these leaves, each computed once. */
export function subtreeOf(leaves: readonly Buffer[]): Subtree {
  const known = new Map<string, Buffer>();
  return (level, index) => {
    const name = `${level}/${index}`;
    const found = known.get(name) ?? definedRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
    known.set(name, found);
    return found;
  };
}

/** The bytes with one bit turned. */
export function flip(bytes: Uint8Array, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  const at = Math.floor(bit / 8) % copy.length;
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << (bit % 8)), at);
  return copy;
}
