import { KeyRotated } from '../keys.ts';
import { type CheckpointBody, parseCheckpoint } from '../tlog/checkpoint.ts';
import { decodeEntry } from '../tlog/entry.ts';
import { keyAt, type LogKey } from '../tlog/key-chain.ts';
import { openNote, type VerifierKey } from '../tlog/note.ts';
import { fleetLeaves, openFleetEntry, parseKeyOf } from './fleet.ts';
import type { TrustPolicy } from './proof-bundle.ts';
import { checkRevocation } from './revocation.ts';
import { checkRotations } from './rotations.ts';
import { attempt, type Steps } from './steps.ts';

/** The strings that the person who verifies already trusts. */
export type FleetPin = { readonly fleetVkey?: string };

/** Keys that a station's checkpoints are checked with. */
export type StationKeys = {
  /** Oldest first, each with the smallest head it has to sign. */
  readonly log: readonly LogKey[];
  readonly witness: VerifierKey | null;
  /** Whether the fleet log says that this witness is the server's. */
  readonly witnessVouched: boolean;
  /** From this size on nothing counts any more; null for a station that was not revoked. */
  readonly revokedAt: number | null;
};

/** Head of a station's log whose signature held, and when a witness saw it, in seconds since 1970. */
export type ProvenHead = CheckpointBody & { readonly cosignedS: number | null };

type Enrolment = { origin: string; vkey: string; witnessVkey?: string | undefined; fleetSize: number };

/** Goes from the pinned string to the station's keys. Null when the policy names no usable key at all. */
export function checkTrust(policy: TrustPolicy, pin: FleetPin, steps: Steps): StationKeys | null {
  const newest = attempt(() => parseKeyOf(policy.logVkey, 'ed25519'));
  const first = attempt(() => parseKeyOf(firstVkey(policy), 'ed25519'));
  const fault = newest.fault ?? first.fault;
  if (newest.value === null || first.value === null) {
    steps.fail('policy', `The key of the station's log is unusable: ${fault?.message}.`);
    return null;
  }
  const isPinHeld = checkPin(policy, pin, steps);
  const enrolment = isPinHeld ? checkEnrolment(policy, pin, first.value, steps) : null;
  const log = checkRotations(policy, first.value, steps) ?? [{ key: newest.value, from: 0 }];
  const revokedAt = enrolment && checkRevocation(policy, first.value.name, enrolment.fleetSize, steps);
  if (policy.witnessVkey === null) return { log, witness: null, witnessVouched: false, revokedAt };
  const witness = attempt(() => parseKeyOf(policy.witnessVkey ?? '', 'cosignature'));
  if (witness.fault) steps.fail('policy', `The server's cosignature key is unusable: ${witness.fault.message}.`);
  return {
    log,
    witness: witness.value,
    witnessVouched: enrolment?.witnessVkey !== undefined && enrolment.witnessVkey === policy.witnessVkey,
    revokedAt,
  };
}

/** The key that the first change replaced says which one the log began with; whether it did is checked with it. */
function firstVkey({ logVkey, rotations }: TrustPolicy): string {
  const [first] = rotations ?? [];
  if (!first) return logVkey;
  const entry = attempt(() => decodeEntry(Buffer.from(first.entry.bytes, 'base64')));
  return KeyRotated.safeParse(entry.value?.data).data?.previous ?? '';
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
  const { leaf, head, fault } = openFleetEntry(fleet, fleetVkey, fleetLeaves.enrolled);
  if (head === null) {
    steps.fail('fleet', `The checkpoint of the fleet log does not hold: ${fault}.`);
    return null;
  }
  steps.ok('fleet', `The fleet log signed its head at ${head} entries.`);
  if (leaf === null) {
    steps.fail('enrolment', `The entry that should enrol this station does not: ${fault}.`);
    return null;
  }
  if (leaf.data.vkey !== log.vkey || leaf.data.origin !== log.name) {
    steps.fail('enrolment', 'The entry of the fleet log does not enrol this station with this key.');
    return null;
  }
  steps.ok('enrolment', `Entry ${leaf.index} of the fleet log enrols ${log.name} with this key.`);
  return { ...leaf.data, fleetSize: leaf.size };
}

/** Checks origin, signature and cosignature of a station's checkpoint. Null when the station's own signature does not hold. */
export function checkHead(note: string, keys: StationKeys, steps: Steps): ProvenHead | null {
  const head = checkSignature(note, keys, steps);
  return head && { ...head, cosignedS: checkWitness(note, keys, steps) };
}

/** The same without the cosignature. */
export function checkSignature(note: string, { log }: StationKeys, steps: Steps): CheckpointBody | null {
  const head = attempt(() => {
    const said = parseCheckpoint(
      openNote(
        note,
        log.map(({ key }) => key),
      ).text,
    );
    return parseCheckpoint(openNote(note, [keyAt(log, said.size).key]).text);
  });
  if (head.fault) {
    steps.fail('checkpoint', `The checkpoint of the station does not hold: ${head.fault.message}.`);
    return null;
  }
  const { name } = keyAt(log, head.value.size).key;
  if (head.value.origin !== name) {
    steps.fail('checkpoint', `The checkpoint is the head of another log: ${head.value.origin}.`);
    return null;
  }
  steps.ok('checkpoint', `${name} signed its head at ${head.value.size} entries.`);
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
