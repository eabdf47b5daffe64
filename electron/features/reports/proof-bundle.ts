import { BenchError } from '../../../shared/errors.ts';
import { inclusionProof } from '../../../shared/tlog/merkle.ts';
import { blobKey } from '../../../shared/tlog/pii.ts';
import type { ProofBundle } from '../../../shared/verify/proof-bundle.ts';
import type { Journal } from '../journal/journal.ts';
import { policyOf, type Trust } from '../journal/policy.ts';
import type { Subjects } from '../journal/subjects.ts';

const inOldLog =
  'Part of what is recorded stands in a journal that was closed, and one report proves one journal. Open a new job for this device and do the work again.';

/**
 * Proofs that the named entries are in the journal, up to the present signed head, with the keys to that of
 * their personal data which `mayOpen` names and to nothing else. Call it outside a transaction. Throws
 * `conflict` for entries of a log that was closed.
 */
export function proofBundle(
  deps: { journal: Journal; subjects: Subjects; trust: Trust },
  indexes: readonly number[],
  mayOpen: (index: number, slot: number) => boolean,
): ProofBundle {
  const { journal, subjects, trust } = deps;
  const { start } = journal.store;
  assertInPresentLog(journal, indexes);
  const { size, note } = headOver(journal, Math.max(...indexes) - start);
  const subtree = journal.store.subtree(size);
  return {
    v: 1,
    checkpoint: note,
    entries: indexes.map(index => ({
      index: index - start,
      bytes: journal.store.bytes(index).toString('base64'),
      proof: inclusionProof(index - start, size, subtree).map(hash => hash.toString('base64')),
    })),
    disclosures: indexes.flatMap(index => disclose(journal, subjects, index, slot => mayOpen(index, slot))),
    policy: policyOf(journal, trust),
  };
}

/** Throws `conflict` when one of these entries stands in a log that was closed. */
export function assertInPresentLog(journal: Journal, indexes: readonly number[]): void {
  if (indexes.some(index => index < journal.store.start)) throw new BenchError('conflict', inOldLog);
}

/** The newest cosigned head that covers the entry, else a new one of the station alone. */
function headOver(journal: Journal, index: number): { size: number; note: string } {
  const cosigned = journal.store.newestCosigned();
  if (cosigned && cosigned.size > index) return { size: cosigned.size, note: cosigned.note + (cosigned.cosigs ?? '') };
  return journal.checkpoint();
}

function disclose(
  journal: Journal,
  subjects: Subjects,
  index: number,
  mayOpen: (slot: number) => boolean,
): ProofBundle['disclosures'] {
  const leaf = journal.entry(index);
  return leaf.pii.flatMap(({ s }, slot) => {
    const dek = subjects.dek(s);
    const ct = journal.store.ciphertext(index, slot);
    if (!dek || !ct || !mayOpen(slot)) return [];
    const key = blobKey({ dek, origin: leaf.origin, seq: leaf.seq, slot });
    return [{ index: leaf.seq, slot, ct: ct.toString('base64'), key: key.toString('base64') }];
  });
}
