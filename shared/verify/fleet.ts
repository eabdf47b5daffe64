import { z } from 'zod';
import { parseCheckpoint } from '../tlog/checkpoint.ts';
import { TlogError } from '../tlog/errors.ts';
import { leafHash } from '../tlog/hash.ts';
import { verifyInclusion } from '../tlog/merkle.ts';
import { type NoteAlgorithm, openNote, parseVkey, type VerifierKey } from '../tlog/note.ts';
import { parseTlogProof } from '../tlog/proof.ts';
import { attempt } from './steps.ts';

const leaf = <T extends string, D extends z.ZodRawShape>(type: T, data: D) =>
  z.looseObject({ type: z.literal(type), data: z.looseObject(data) });

/** Leaves of the fleet log that a verifier reads; keys of newer versions are kept. */
export const fleetLeaves = {
  enrolled: leaf('station.enrolled', { origin: z.string(), vkey: z.string(), witnessVkey: z.string().optional() }),
  rotated: leaf('key.rotated', {
    origin: z.string(),
    previous: z.string(),
    vkey: z.string(),
    size: z.int().nonnegative(),
  }),
  revoked: leaf('station.revoked', { origin: z.string(), size: z.int().nonnegative() }),
};

/** A leaf of the fleet log whose proof held. */
export type FleetLeaf<D> = { readonly index: number; readonly size: number; readonly data: D };

/**
 * Proves one leaf under a head that this fleet key signed and reads its data. Gives a sentence about what does not hold
 * in place of it, and names the part of the proof that it is about.
 */
export function openFleetEntry<D>(
  { entry, proof }: { entry: string; proof: string },
  fleetVkey: string,
  schema: z.ZodType<{ data: D }>,
): { leaf: FleetLeaf<D> | null; head: number | null; fault: string | null } {
  const opened = attempt(() => readProof(proof, fleetVkey));
  if (opened.fault) return { leaf: null, head: null, fault: opened.fault.message };
  const { size, root, index, proof: hashes } = opened.value;
  if (!verifyInclusion({ index, size, root, proof: hashes, leaf: leafHash(Buffer.from(entry, 'utf8')) }))
    return { leaf: null, head: size, fault: 'it is not in the fleet log' };
  const read = schema.safeParse(tryJson(entry)).data;
  if (!read) return { leaf: null, head: size, fault: 'it says something else' };
  return { leaf: { index, size, data: read.data }, head: size, fault: null };
}

function readProof(text: string, fleetVkey: string) {
  const key = parseKeyOf(fleetVkey, 'ed25519');
  const { index, proof, note } = parseTlogProof(text);
  const head = parseCheckpoint(openNote(note, [key]).text);
  if (head.origin !== key.name) throw new TlogError('bad_checkpoint', 'it is the head of another log');
  return { ...head, index, proof };
}

/** Throws `bad_key` unless the text is a verifier key of this type. */
export function parseKeyOf(vkey: string, algorithm: NoteAlgorithm): VerifierKey {
  const key = parseVkey(vkey);
  if (key.algorithm !== algorithm) throw new TlogError('bad_key', 'it is of the wrong type');
  return key;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
