import { parseCheckpoint } from '../../../shared/tlog/checkpoint.ts';
import { rootAt } from '../../../shared/tlog/merkle.ts';
import { openNote, parseVkey } from '../../../shared/tlog/note.ts';
import type { Journal } from '../journal/journal.ts';

export type Verdict =
  /** The station itself once signed more than it has: its data are an older copy. */
  | 'older_copy'
  /** The station itself once signed another history of the same length. */
  | 'fork'
  /** What the server has is what the station has: the trouble arose on the way. */
  | 'same'
  /** Nothing that anybody signed: it proves nothing. */
  | 'unproven';

/**
 * Judges the server's word that histories differ by the head it keeps. Only a head that carries both the station's own
 * signature and the server's can convict: neither a proxy nor the server alone can make a station stop.
 */
export function judgeHead(journal: Journal, note: string, witnessVkey: string): Verdict {
  try {
    const { text, signatures } = openNote(note, [
      ...journal.signing.keys().map(({ key }) => key),
      parseVkey(witnessVkey),
    ]);
    const signers = new Set(signatures.map(s => s.algorithm));
    const { origin, size, root } = parseCheckpoint(text);
    if (signers.size < 2 || origin !== journal.origin) return 'unproven';
    const own = journal.store.mustHead();
    if (size > own.size) return 'older_copy';
    return rootAt(size, journal.store.subtree(size)).equals(root) ? 'same' : 'fork';
  } catch {
    return 'unproven';
  }
}
