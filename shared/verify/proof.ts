import { decodeEntry, type LeafEnvelope } from '../tlog/entry.ts';
import { leafHash } from '../tlog/hash.ts';
import { verifyInclusion } from '../tlog/merkle.ts';
import { openPii } from '../tlog/pii.ts';
import type { OpenedDisclosure, ProvenEntry, ProvenJournal } from './pdf-journal.ts';
import { ProofBundle, type Verification } from './proof-bundle.ts';
import { attempt, createSteps, type Steps } from './steps.ts';
import { createTimesCheck } from './times.ts';
import { checkHead, checkTrust, type FleetPin, type ProvenHead, type StationKeys } from './trust.ts';

type Leaf = LeafEnvelope & { readonly index: number };

/**
 * Checks a proof bundle: policy, fleet log, enrolment, checkpoint, witness, every entry, personal data and times. Gives
 * the entries whose proofs held and the personal data that opened. Never throws for bad input.
 */
export function verifyProofBundle(
  bundle: unknown,
  pins: FleetPin,
): Verification & ProvenJournal & { logVkeys: string[] } {
  const steps = createSteps();
  const parsed = ProofBundle.safeParse(bundle);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    steps.fail('bundle', `This is no proof bundle: ${issue?.path.join('.') || 'it'} does not fit.`);
    return { ...steps.verification(), entries: [], disclosures: [], logVkeys: [] };
  }
  const keys = checkTrust(parsed.data.policy, pins, steps);
  const head = keys && checkHead(parsed.data.checkpoint, keys, steps);
  const leaves = head ? checkEntries(parsed.data, head, steps) : [];
  if (keys && head) checkStanding(keys, head, leaves, steps);
  const disclosures = head ? checkDisclosures(parsed.data, leaves, steps) : [];
  if (head) checkTimes(leaves, head, steps);
  return {
    ...steps.verification(),
    entries: leaves.map(proven),
    disclosures,
    logVkeys: keys?.log.map(({ key }) => key.vkey) ?? [],
  };
}

function checkEntries({ entries }: ProofBundle, head: ProvenHead, steps: Steps): Leaf[] {
  const leaves = entries.flatMap(({ index, bytes, proof }) => {
    const checked = checkEntry({ index, bytes: fromBase64(bytes), proof: proof.map(fromBase64) }, head);
    if (typeof checked !== 'string') return [checked];
    steps.fail('entries', checked);
    return [];
  });
  if (entries.length === 0) steps.warn('entries', 'The file proves no entry.');
  else if (leaves.length === entries.length)
    steps.ok('entries', `${counted(leaves.length)} in the journal under this head, unaltered and in place.`);
  return leaves;
}

/** What a revoked station signed counts only as far as the server confirmed it before. */
function checkStanding(
  { revokedAt, witnessVouched }: StationKeys,
  head: ProvenHead,
  leaves: readonly Leaf[],
  steps: Steps,
): void {
  if (revokedAt === null) return;
  const late = leaves.filter(({ index }) => index >= revokedAt).map(({ index }) => index);
  if (late.length > 0)
    steps.fail('revocation', `Not verified, the station was revoked at ${revokedAt} entries: ${late.join(', ')}.`);
  if (head.cosignedS === null || !witnessVouched)
    steps.fail('revocation', 'Not verified: the station was revoked, and no server confirmed this head.');
}

/** The entry, or in a sentence what is wrong with it. */
function checkEntry(entry: { index: number; bytes: Buffer; proof: Buffer[] }, head: ProvenHead): Leaf | string {
  const { index, bytes, proof } = entry;
  const { size, root } = head;
  if (!verifyInclusion({ index, size, root, proof, leaf: leafHash(bytes) }))
    return `Entry ${index} is not in the journal as it stands here: it, its proof or its place was altered.`;
  const leaf = attempt(() => decodeEntry(bytes));
  if (leaf.fault) return `Entry ${index} cannot be read: ${leaf.fault.message}.`;
  if (leaf.value.seq !== index) return `Entry ${index} says of itself that it is entry ${leaf.value.seq}.`;
  if (leaf.value.origin !== head.origin) return `Entry ${index} was written for another log.`;
  return { ...leaf.value, index };
}

function checkDisclosures({ disclosures }: ProofBundle, leaves: readonly Leaf[], steps: Steps): OpenedDisclosure[] {
  const committed = new Map(
    leaves.flatMap(leaf => leaf.pii.map((slot, number) => [address(leaf.index, number), slot] as const)),
  );
  let allHold = true;
  const opened = disclosures.flatMap(({ index, slot, ct, key }): OpenedDisclosure[] => {
    const commitment = committed.get(address(index, slot));
    const value = commitment && attempt(() => openPii({ ...commitment, ct: fromBase64(ct), key: fromBase64(key) }));
    if (value && !value.fault) return [{ index, slot, value: value.value }];
    allHold = false;
    const fault = value?.fault?.message ?? 'no proven entry has such a place';
    steps.fail('personal data', `The personal data at place ${slot} of entry ${index} does not hold: ${fault}.`);
    return [];
  });
  const given = new Set(disclosures.map(({ index, slot }) => address(index, slot)));
  const closed = [...committed.keys()].filter(place => !given.has(place));
  if (closed.length > 0)
    steps.warn(
      'personal data',
      `erased or not disclosed (entry/place): ${closed.join(', ')}. The proofs hold without.`,
    );
  if (allHold) steps.ok('personal data', `${opened.length} disclosed values are those the entries committed to.`);
  return opened;
}

function checkTimes(leaves: readonly Leaf[], { cosignedS }: ProvenHead, steps: Steps): void {
  const times = createTimesCheck(cosignedS);
  for (const leaf of leaves.toSorted((a, b) => a.index - b.index)) times.add(leaf);
  times.end(steps);
}

const address = (index: number, slot: number) => `${index}/${slot}`;
const fromBase64 = (text: string) => Buffer.from(text, 'base64');
const counted = (count: number) => (count === 1 ? '1 entry is' : `${count} entries are`);

function proven({ index, origin, type, job, data }: Leaf): ProvenEntry {
  return { index, origin, type, job, data };
}
