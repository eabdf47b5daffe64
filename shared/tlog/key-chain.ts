import { KeyRotated } from '../keys.ts';
import { decodeEntry } from './entry.ts';
import { TlogError } from './errors.ts';
import { openNote, parseVkey, type VerifierKey } from './note.ts';

/** A key of a log and the smallest head that it has to sign. */
export type LogKey = { readonly key: VerifierKey; readonly from: number };

const marker = Buffer.from('"key.rotated"');

/**
 * The key that an entry puts in the place of `inForce`; null for every other entry. Only an entry of the same log that
 * names the key in force counts, so that whoever reads the entries in order comes to the same keys.
 */
export function rotationIn(bytes: Uint8Array, inForce: VerifierKey): VerifierKey | null {
  // Most entries are none, and parsing each would cost more than hashing it.
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(marker)) return null;
  try {
    const { type, origin, data } = decodeEntry(bytes);
    const rotated = KeyRotated.safeParse(data).data;
    if (type !== 'key.rotated' || origin !== inForce.name || rotated?.previous !== inForce.vkey) return null;
    const next = parseVkey(rotated.vkey);
    return next.algorithm === 'ed25519' && next.name === inForce.name && next.vkey !== inForce.vkey ? next : null;
  } catch (error) {
    if (error instanceof TlogError) return null;
    throw error;
  }
}

/** The key that has to sign a head over `size` entries. `keys` are in order, the first from 0 on. */
export function keyAt<K extends { readonly from: number }>(keys: readonly K[], size: number): K {
  const inForce = keys.findLast(({ from }) => from <= size) ?? keys[0];
  if (!inForce) throw new TlogError('bad_key', 'the log has no key');
  return inForce;
}

/** Whether each of these keys signed the note; false for what is no note as well. */
export function signedByAll(note: string, keys: readonly VerifierKey[]): boolean {
  return keys.every(key => {
    try {
      openNote(note, [key]);
      return true;
    } catch (error) {
      if (error instanceof TlogError) return false;
      throw error;
    }
  });
}
