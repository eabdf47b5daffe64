import { nodeHash } from '../shared/tlog/hash.ts';
import type { Subtree } from '../shared/tlog/merkle.ts';
import { type Db, hashesOf } from './log-store.ts';

/** Reads all leaf hashes of a small log at once and answers for its subtrees: enough for the fleet log. */
export async function subtreeOf(db: Db, oh: string, size: number): Promise<Subtree> {
  const leaves = await hashesOf(db, oh, 0, 0, size);
  const subtree: Subtree = (level, index) => {
    if (level > 0) return nodeHash(subtree(level - 1, index * 2), subtree(level - 1, index * 2 + 1));
    const leaf = leaves[index];
    if (!leaf) throw new Error(`the log has no leaf ${index}`);
    return leaf;
  };
  return subtree;
}
