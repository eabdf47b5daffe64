import { z } from 'zod';
import { type CheckpointBody, parseCheckpoint } from '../tlog/checkpoint.ts';
import { TlogError } from '../tlog/errors.ts';
import { leafHash } from '../tlog/hash.ts';
import { verifyInclusion } from '../tlog/merkle.ts';
import { type NoteAlgorithm, openNote, parseVkey, type VerifierKey } from '../tlog/note.ts';
import { parseTlogProof } from '../tlog/proof.ts';
import type { TrustPolicy } from './proof-bundle.ts';
import { attempt, type Steps } from './steps.ts';

/** The strings that the person who verifies already trusts. */
export type FleetPin = { readonly fleetVkey?: string };

/** Keys that a station's checkpoints are checked with. */
export type StationKeys = {
  readonly log: VerifierKey;
  readonly witness: VerifierKey | null;
  /** Whether the fleet log says that this witness is the server's. */
  readonly witnessVouched: boolean;
};

/** Head of a station's log whose signature held, and when a witness saw it, in seconds since 1970. */
export type ProvenHead = CheckpointBody & { readonly cosignedS: number | null };

const Enrolment = z.looseObject({
  type: z.literal('station.enrolled'),
  data: z.looseObject({ origin: z.string(), vkey: z.string(), witnessVkey: z.string().optional() }),
});
type Enrolment = z.infer<typeof Enrolment>['data'];

/** Goes from the pinned string to the station's key. Null when the policy names no usable key at all. */
export function checkTrust(policy: TrustPolicy, pin: FleetPin, steps: Steps): StationKeys | null {
  const log = attempt(() => parseKeyOf(policy.logVkey, 'ed25519'));
  if (log.fault) {
    steps.fail('policy', `The key of the station's log is unusable: ${log.fault.message}.`);
    return null;
  }
  const isPinHeld = checkPin(policy, pin, steps);
  const enrolment = isPinHeld ? checkEnrolment(policy, pin, log.value, steps) : null;
  if (policy.witnessVkey === null) return { log: log.value, witness: null, witnessVouched: false };
  const witness = attempt(() => parseKeyOf(policy.witnessVkey ?? '', 'cosignature'));
  if (witness.fault) steps.fail('policy', `The server's cosignature key is unusable: ${witness.fault.message}.`);
  return {
    log: log.value,
    witness: witness.value,
    witnessVouched: enrolment?.witnessVkey !== undefined && enrolment.witnessVkey === policy.witnessVkey,
  };
}

function parseKeyOf(vkey: string, algorithm: NoteAlgorithm): VerifierKey {
  const key = parseVkey(vkey);
  if (key.algorithm !== algorithm) throw new TlogError('bad_key', 'it is of the wrong type');
  return key;
}

function checkPin({ fleetVkey }: TrustPolicy, pin: FleetPin, steps: Steps): boolean {
  if (pin.fleetVkey === undefined) {
    steps.warn(
      'policy',
      fleetVkey === null
        ? 'No fleet key was pinned, and this file names none.'
        : `No fleet key was pinned. This file names ${fleetVkey}: compare it with the one you were given.`,
    );
    return true;
  }
  if (fleetVkey === pin.fleetVkey) {
    steps.ok('policy', `The fleet key is the pinned one: ${fleetVkey}.`);
    return true;
  }
  steps.fail('policy', `This file does not rest on the pinned fleet key but on ${fleetVkey ?? 'none'}.`);
  return false;
}

function checkEnrolment(policy: TrustPolicy, pin: FleetPin, log: VerifierKey, steps: Steps): Enrolment | null {
  const { fleet, fleetVkey } = policy;
  if (fleetVkey === null || fleet === null) {
    const say = pin.fleetVkey === undefined ? steps.warn : steps.fail;
    say('enrolment', `No fleet log vouches for the key of this station (${log.vkey}): only this file names it.`);
    return null;
  }
  const head = attempt(() => readFleetProof(fleet.proof, fleetVkey));
  if (head.fault) {
    steps.fail('fleet', `The checkpoint of the fleet log does not hold: ${head.fault.message}.`);
    return null;
  }
  const { size, root, index, proof } = head.value;
  steps.ok('fleet', `The fleet log signed its head at ${size} entries.`);
  const entry = Buffer.from(fleet.entry, 'utf8');
  if (!verifyInclusion({ index, size, root, proof, leaf: leafHash(entry) })) {
    steps.fail('enrolment', 'The entry that enrols this station is not in the fleet log.');
    return null;
  }
  const enrolment = readEnrolment(fleet.entry);
  if (enrolment === null || enrolment.vkey !== log.vkey || enrolment.origin !== log.name) {
    steps.fail('enrolment', 'The entry of the fleet log does not enrol this station with this key.');
    return null;
  }
  steps.ok('enrolment', `Entry ${index} of the fleet log enrols ${log.name} with this key.`);
  return enrolment;
}

function readFleetProof(text: string, fleetVkey: string) {
  const key = parseKeyOf(fleetVkey, 'ed25519');
  const { index, proof, note } = parseTlogProof(text);
  const head = parseCheckpoint(openNote(note, [key]).text);
  if (head.origin !== key.name) throw new TlogError('bad_checkpoint', 'it is the head of another log');
  return { ...head, index, proof };
}

function readEnrolment(text: string): Enrolment | null {
  try {
    return Enrolment.safeParse(JSON.parse(text)).data?.data ?? null;
  } catch {
    return null;
  }
}

/** Checks origin, signature and cosignature of a station's checkpoint. Null when the station's own signature does not hold. */
export function checkHead(note: string, keys: StationKeys, steps: Steps): ProvenHead | null {
  const head = checkSignature(note, keys, steps);
  return head && { ...head, cosignedS: checkWitness(note, keys, steps) };
}

/** The same without the cosignature. */
export function checkSignature(note: string, { log }: StationKeys, steps: Steps): CheckpointBody | null {
  const head = attempt(() => parseCheckpoint(openNote(note, [log]).text));
  if (head.fault) {
    steps.fail('checkpoint', `The checkpoint of the station does not hold: ${head.fault.message}.`);
    return null;
  }
  if (head.value.origin !== log.name) {
    steps.fail('checkpoint', `The checkpoint is the head of another log: ${head.value.origin}.`);
    return null;
  }
  steps.ok('checkpoint', `${log.name} signed its head at ${head.value.size} entries.`);
  return head.value;
}

const unwitnessed =
  'UNWITNESSED: no central server has confirmed this head. Whoever holds the keys of the station could still rewrite what it covers.';

function checkWitness(note: string, { witness, witnessVouched }: StationKeys, steps: Steps): number | null {
  if (witness === null) {
    steps.warn('witness', unwitnessed);
    return null;
  }
  const opened = attempt(() => openNote(note, [witness]));
  if (opened.fault?.code === 'no_known_signature') {
    steps.warn('witness', unwitnessed);
    return null;
  }
  const timeS = opened.value?.signatures.find(({ timeS }) => timeS !== undefined)?.timeS;
  if (opened.fault || timeS === undefined || !isDate(timeS)) {
    steps.fail('witness', `The cosignature of ${witness.name} is wrong.`);
    return null;
  }
  const when = new Date(timeS * 1000).toISOString();
  if (witnessVouched) steps.ok('witness', `${witness.name} confirmed this head at ${when}.`);
  else
    steps.warn(
      'witness',
      `${witness.name} confirmed this head at ${when}, but no checked entry of the fleet log names its key: only this file does.`,
    );
  return timeS;
}

const isDate = (timeS: number) => timeS > 0 && timeS <= 8_640_000_000_000;
