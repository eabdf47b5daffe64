import { parseCheckpoint } from '../tlog/checkpoint.ts';
import { leafHash } from '../tlog/hash.ts';
import { type LogKey, rotationIn, signedByAll } from '../tlog/key-chain.ts';
import { verifyInclusion } from '../tlog/merkle.ts';
import { openNote, type VerifierKey } from '../tlog/note.ts';
import { fleetLeaves, openFleetEntry } from './fleet.ts';
import type { Rotation, TrustPolicy } from './proof-bundle.ts';
import { attempt, type Steps } from './steps.ts';

/** A change of key that the fleet log records. */
type Recorded = { index: number; previous: string; vkey: string; size: number };

/**
 * Follows the log from its first key to the one that the policy names, change by change. Null when one of them does not
 * hold: then no key of the log can be believed but the first.
 */
export function checkRotations(policy: TrustPolicy, first: VerifierKey, steps: Steps): LogKey[] | null {
  const recorded = readRecorded(policy, first.name, steps);
  if (!recorded) return null;
  const keys: LogKey[] = [{ key: first, from: 0 }];
  for (const rotation of policy.rotations ?? []) {
    const last = keys.at(-1)?.key ?? first;
    const next = checkRotation(rotation, last);
    if (typeof next === 'string') {
      steps.fail('rotation', next);
      return null;
    }
    keys.push(next);
    sayRecorded(next, last, recorded, policy, steps);
  }
  const known = new Set(keys.map(({ key }) => key.vkey));
  const left = recorded.find(({ vkey }) => !known.has(vkey));
  if (left) steps.fail('rotation', `Entry ${left.index} of the fleet log names a key that this file leaves out.`);
  else if (keys.at(-1)?.key.vkey !== policy.logVkey)
    steps.fail('rotation', 'Nothing leads from the first key of this station to the one that this file names.');
  else return keys;
  return null;
}

/** The next key, or in a sentence why the change does not hold. */
function checkRotation({ checkpoint, entry }: Rotation, inForce: VerifierKey): LogKey | string {
  const bytes = Buffer.from(entry.bytes, 'base64');
  const next = rotationIn(bytes, inForce);
  if (!next) return `Entry ${entry.index} does not put another key in the place of ${inForce.vkey}.`;
  if (!signedByAll(checkpoint, [inForce, next]))
    return `The change of key in entry ${entry.index} is not signed by both the old and the new key.`;
  const head = attempt(() => parseCheckpoint(openNote(checkpoint, [inForce]).text));
  const { index } = entry;
  const proof = entry.proof.map(hash => Buffer.from(hash, 'base64'));
  const isIn =
    head.value !== null &&
    head.value.origin === inForce.name &&
    verifyInclusion({ index, size: head.value.size, root: head.value.root, proof, leaf: leafHash(bytes) });
  return isIn
    ? { key: next, from: index + 1 }
    : `Entry ${index}, which changes the key, is not under the head that both keys signed.`;
}

function sayRecorded(
  { key, from }: LogKey,
  previous: VerifierKey,
  recorded: readonly Recorded[],
  { fleet }: TrustPolicy,
  steps: Steps,
): void {
  const said = recorded.find(one => one.previous === previous.vkey);
  const told = `From entry ${from} on the key is ${key.vkey}: the one before it and the new one both signed`;
  if (said && said.vkey === key.vkey && said.size === from)
    steps.ok('rotation', `${told}, and entry ${said.index} of the fleet log records it.`);
  else if (said) steps.fail('rotation', `Entry ${said.index} of the fleet log records another change of key.`);
  else if (fleet === null) steps.ok('rotation', `${told}.`);
  else
    steps.warn(
      'rotation',
      `${told}, but this file holds no record of it in the fleet log. Whoever had the old key could have made it.`,
    );
}

function readRecorded({ fleet, fleetVkey }: TrustPolicy, origin: string, steps: Steps): Recorded[] | null {
  const recorded: Recorded[] = [];
  for (const evidence of fleet?.rotations ?? []) {
    const { leaf, fault } = openFleetEntry(evidence, fleetVkey ?? '', fleetLeaves.rotated);
    if (!leaf || leaf.data.origin !== origin) {
      steps.fail(
        'rotation',
        `An entry about a change of key does not hold: ${fault ?? 'it is about another station'}.`,
      );
      return null;
    }
    const { previous, vkey, size } = leaf.data;
    recorded.push({ index: leaf.index, previous, vkey, size });
  }
  return recorded;
}
