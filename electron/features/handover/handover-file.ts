import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Identifiers } from '../../../shared/devices.ts';
import { BenchError } from '../../../shared/errors.ts';
import { type EntryRecord, type EntryType, entryTypes } from '../../../shared/events.ts';
import type { HandoverView } from '../../../shared/handover.ts';
import { JobId } from '../../../shared/ids.ts';
import { decodeEntry, type LeafEnvelope } from '../../../shared/tlog/entry.ts';
import { TlogError } from '../../../shared/tlog/errors.ts';
import { checkHandoverNote } from '../../../shared/tlog/handover-note.ts';
import { verifyProofBundle } from '../../../shared/verify/proof.ts';
import { ProofBundle } from '../../../shared/verify/proof-bundle.ts';

/** A job on its way to another station: the proofs of its entries as text, and what the site's key says about them. */
export const HandoverContent = z.strictObject({
  kind: z.literal('veriqko-handover'),
  v: z.literal(1),
  /** JSON of a proof bundle. */
  payload: z.string(),
  /** Null from a station that belongs to no site; then the fleet log has to vouch for it. */
  site: z.strictObject({ site: z.uuid(), note: z.string().max(8_192) }).nullable(),
});
export type HandoverContent = z.infer<typeof HandoverContent>;

/** What this station knows of others. */
export type Known = {
  site: { site: string; vkey: string } | null;
  fleetVkey: string | null;
  /** Of this station's own log. */
  logVkey: string;
  training: boolean;
};

/** What a file proves. */
export type ReadHandover = {
  origin: string;
  jobId: JobId;
  data: EntryRecord<'job.handed_over'>;
  identifiers: Identifiers;
  entries: NonNullable<HandoverView['taken']>['entries'];
  /** SHA-256 of the file, hexadecimal. */
  sha256: string;
};

export const digestOf = (content: string) => createHash('sha256').update(content, 'utf8').digest('hex');

export const fromHere =
  'This job was handed over from this very station. It comes back by a new file from the station that took it over.';

const trainedHere = 'This job was made in training mode: nothing of it comes to a real station.';
const realHere = 'This is a real job, and this bench is in training mode. Take it over at a real station.';

const altered = (why: string, cause?: unknown) =>
  new BenchError('bad_input', `Nothing was taken over. ${why} Have the file saved again at the other station.`, {
    cause,
  });

/**
 * Checks a file wholly: who made it, every proof, and that it holds all that the other station's journal says it must.
 * Throws `bad_input` for what does not hold and `state_refused` for a station that is not known here.
 */
export function readHandover(content: string, known: Known): ReadHandover {
  const file = parsed(HandoverContent, content, 'This file is no hand-over of a job.');
  const bundle = parsed(ProofBundle, file.payload, 'The file was altered.');
  const pin = vouchedFor(file, bundle, known);
  const proven = verifyProofBundle(bundle, pin);
  const fault = proven.steps.find(({ outcome }) => outcome === 'failed');
  if (fault) throw altered(`The file does not hold: ${fault.detail}`);
  const leaves = bundle.entries.map(({ bytes }) => decodeEntry(Buffer.from(bytes, 'base64')));
  const history = wholeHistory(leaves, proven.disclosures);
  if (history.data.training !== known.training)
    throw new BenchError('state_refused', known.training ? realHere : trainedHere);
  return { ...history, sha256: digestOf(content) };
}

/** The entries of a file that was checked before, for people to look at. */
export function earlierEntries(content: string): ReadHandover['entries'] {
  const file = parsed(HandoverContent, content, 'This file is no hand-over of a job.');
  const bundle = parsed(ProofBundle, file.payload, 'The file was altered.');
  return listed(bundle.entries.map(({ bytes }) => decodeEntry(Buffer.from(bytes, 'base64'))));
}

/** False for a file from before this station joined a site or was enrolled: nobody could know it by that file. */
export function isVouchedAsBefore(content: string, now: Known): boolean {
  const { site, payload } = HandoverContent.parse(JSON.parse(content));
  const { policy } = ProofBundle.parse(JSON.parse(payload));
  return (site?.site ?? null) === (now.site?.site ?? null) && policy.fleetVkey === now.fleetVkey;
}

function parsed<T>(schema: z.ZodType<T>, text: string, otherwise: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw altered(otherwise, cause);
  }
}

/** The pin to check the proofs with, once somebody whom this station trusts vouches for the other one's key. */
function vouchedFor({ site, payload }: HandoverContent, { policy }: ProofBundle, known: Known) {
  if (policy.logVkey === known.logVkey) throw new BenchError('state_refused', fromHere);
  const sameFleet = known.fleetVkey !== null && policy.fleetVkey === known.fleetVkey;
  const pin = sameFleet && known.fleetVkey !== null ? { fleetVkey: known.fleetVkey } : {};
  if (known.site && site?.site === known.site.site) {
    try {
      checkHandoverNote(site.note, { site: site.site, logVkey: policy.logVkey, payload }, known.site.vkey);
      return pin;
    } catch (cause) {
      if (cause instanceof TlogError) throw altered('The signature of the site is not about this file.', cause);
      throw cause;
    }
  }
  if (sameFleet) return pin;
  throw new BenchError(
    'state_refused',
    'This bench does not know the station that signed the file. Have both join one site (Station, Accounts of the site), or enrol both with the same server; then have the file saved again at the other station.',
  );
}

type Disclosures = ReturnType<typeof verifyProofBundle>['disclosures'];

/** One job, from its opening to its hand-over, with nothing left out: the last entry names all the others. */
function wholeHistory(leaves: readonly LeafEnvelope[], disclosures: Disclosures): Omit<ReadHandover, 'sha256'> {
  const [last, ...more] = leaves.filter(({ type }) => type === 'job.handed_over');
  if (!last || more.length > 0) throw altered('The file holds no hand-over, or several.');
  const data = entryTypes['job.handed_over'].data.safeParse(last.data).data;
  const jobId = JobId.safeParse(last.job).data;
  if (!data || !jobId) throw altered('The entry of the hand-over cannot be read here.');
  const others = leaves.filter(leaf => leaf !== last);
  const named = new Set(data.entries);
  if (named.size !== others.length || others.some(({ seq }) => !named.has(seq)))
    throw altered('Part of the history of the job is missing.');
  const opened = others.find(({ type, job }) => type === 'job.opened' && job === jobId);
  const identifiedAt = entryTypes['job.opened'].data.safeParse(opened?.data).data?.identifiedAt;
  const identified = others.find(({ seq }) => seq === identifiedAt);
  if (identified?.type !== 'device.identified' || others.some(leaf => leaf !== identified && leaf.job !== jobId))
    throw altered('The history in the file is not that of one job.');
  return {
    origin: last.origin,
    jobId,
    data: { ...data, carried: atLeast(data.carried, others) },
    identifiers: identifiersOf(identified.seq, disclosures),
    entries: listed(leaves),
  };
}

type CarriedRecord = EntryRecord<'job.handed_over'>['carried'];

/** A station can only say more of attempts and draws than its own entries show, never less. */
function atLeast(carried: CarriedRecord, leaves: readonly LeafEnvelope[]): CarriedRecord {
  const dataOf = <T extends EntryType>(type: T): EntryRecord<T>[] =>
    leaves.flatMap(leaf => {
      const read = leaf.type === type ? entryTypes[type].data.safeParse(leaf.data) : null;
      return read?.success ? [read.data as EntryRecord<T>] : [];
    });
  const earlier = dataOf('job.taken_over')[0]?.carried;
  const wasDrawn =
    dataOf('job.erase_checked').some(({ sampled }) => sampled) ||
    dataOf('job.opened').some(({ inheritsDraw }) => inheritsDraw);
  const attempts = (earlier?.attempts ?? 0) + dataOf('job.erase_started').length;
  const interruptions = (earlier?.interruptions ?? 0) + dataOf('job.erase_interrupted').length;
  return {
    ...carried,
    attempts: Math.max(carried.attempts, attempts),
    interruptions: Math.max(carried.interruptions, interruptions),
    drawn: carried.drawn || wasDrawn || (earlier?.drawn ?? false),
  };
}

function identifiersOf(index: number, disclosures: Disclosures): Identifiers {
  const slot = disclosures.find(disclosure => disclosure.index === index && disclosure.slot === 0);
  const identity = z.object({ identifiers: Identifiers }).safeParse(slot?.value).data;
  if (!identity)
    throw altered('The file does not say which device it is about: that was erased at the other station, or left out.');
  return identity.identifiers;
}

const listed = (leaves: readonly LeafEnvelope[]): ReadHandover['entries'] =>
  leaves.map(({ seq, type, at }) => ({ index: seq, type, at })).sort((a, b) => a.index - b.index);
