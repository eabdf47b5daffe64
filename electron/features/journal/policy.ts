import { inclusionProof } from '../../../shared/tlog/merkle.ts';
import type { TrustPolicy } from '../../../shared/verify/proof-bundle.ts';
import type { Journal } from './journal.ts';

/** What the journal itself does not know of whom to trust: server and fleet. */
export type Trust = Omit<TrustPolicy, 'logVkey' | 'rotations'>;

/** Whom to trust, with the proof of every change of the log's key. Call it outside a transaction. */
export function policyOf(journal: Journal, trust: Trust): TrustPolicy {
  const rotations = journal.signing.rotations().map(({ index, size, note }) => ({
    checkpoint: note,
    entry: {
      index,
      bytes: journal.store.bytes(journal.store.start + index).toString('base64'),
      proof: inclusionProof(index, size, journal.store.subtree(size)).map(hash => hash.toString('base64')),
    },
  }));
  return { logVkey: journal.vkey, ...(rotations.length > 0 ? { rotations } : {}), ...trust };
}
