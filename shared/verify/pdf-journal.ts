import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { type EntrySlots, type EntryType, entryTypes } from '../events.ts';
import type { DeviceRecord, ReportDocument } from '../report-document.ts';
import type { VerificationStep } from './proof-bundle.ts';

/** A journal entry whose proof held. */
export type ProvenEntry = {
  readonly index: number;
  readonly origin: string;
  readonly type: string;
  readonly job?: string | undefined;
  readonly data: unknown;
};
/** Personal data of an entry, opened with the key that came with it. */
export type OpenedDisclosure = { readonly index: number; readonly slot: number; readonly value: unknown };

export type ProvenJournal = {
  readonly entries: readonly ProvenEntry[];
  readonly disclosures: readonly OpenedDisclosure[];
};

/** A rule's finding: null when the document and the journal agree or the rule does not apply. */
type Finding = { outcome: 'failed' | 'warning'; detail: string } | null;

/** Compares what the document says with the proven entries it rests on. */
export function compareWithJournal(document: ReportDocument, journal: ProvenJournal): VerificationStep[] {
  const found = [
    ...documentRules.map(rule => rule(document, journal)),
    ...document.devices.flatMap(record => deviceRules.map(rule => rule(record, journal))),
  ].filter(finding => finding !== null);
  if (found.some(({ outcome }) => outcome === 'failed')) return found.map(finding => ({ step: 'content', ...finding }));
  return [
    ...found.map(finding => ({ step: 'content', ...finding })),
    {
      step: 'content',
      outcome: 'ok',
      detail: 'Number, scope, status, device and sanitisation in the document are those of the journal.',
    },
  ];
}

const failed = (detail: string): Finding => ({ outcome: 'failed', detail });

const documentRules: readonly ((document: ReportDocument, journal: ProvenJournal) => Finding)[] = [
  ({ journal: { origin, indexes } }, { entries }) => {
    if (entries.some(entry => entry.origin !== origin)) return failed('An entry comes from another journal.');
    const proven = new Set(entries.map(entry => entry.index));
    const missing = indexes.filter(index => !proven.has(index));
    return missing.length > 0
      ? failed(`Journal entries that the document names are not proven: ${missing.join(', ')}.`)
      : null;
  },
  (document, { entries }) => {
    const numbered = entries.map(entry => read('report.numbered', entry)).filter(data => data !== null);
    const own = numbered.find(data => data.documentId === document.documentId);
    if (!own) return failed('The journal does not know a document with this id.');
    const said = {
      documentId: document.documentId,
      sequence: document.sequence,
      scope: document.scope,
      variant: document.variant,
      status: document.erasureStatus,
      supersedes: document.supersedes,
    };
    const same = Object.entries(said).every(([key, value]) =>
      Object.entries(own).some(([k, v]) => k === key && v === value),
    );
    return same
      ? null
      : failed('Number, scope, variant, status or predecessor differ from what the journal says about this document.');
  },
];

const deviceRules: readonly ((record: DeviceRecord, journal: ProvenJournal) => Finding)[] = [
  ({ job, device }, journal) => {
    const opened = last('job.opened', job.id, journal);
    if (!opened) return failed(`The journal does not show how job ${job.ticket} was opened.`);
    if (opened.data.ticket !== job.ticket) return failed(`The journal has another ticket than ${job.ticket}.`);
    const identified = journal.entries.find(entry => entry.index === opened.data.identifiedAt);
    if (identified?.type !== 'device.identified')
      return failed(`The journal does not show how the device of ${job.ticket} was identified.`);
    const identity = disclosed('device.identified', 'identity', identified.index, journal);
    if (!identity)
      return {
        outcome: 'warning',
        detail: `The identifiers of ${job.ticket} were erased from the journal: they cannot be compared any more.`,
      };
    return isDeepStrictEqual(identity.identifiers, device.identifiers)
      ? null
      : failed(`The identifiers printed for ${job.ticket} are not those that were read from the device.`);
  },
  ({ job, erasureStatus, erasure }, journal) => {
    if (erasureStatus !== 'erased_verified' && erasureStatus !== 'erased_with_exceptions') return null;
    const checked = last('job.erase_checked', job.id, journal);
    if (checked?.data.status !== erasureStatus)
      return failed(`The journal does not say that the device of ${job.ticket} was erased with this outcome.`);
    return isDeepStrictEqual(checked.data.checks, erasure?.checks)
      ? null
      : failed(`The checks printed for ${job.ticket} are not those of the journal.`);
  },
  ({ job, erasure }, journal) => {
    const reported = last('job.erase_reported', job.id, journal);
    if (erasure === null || erasure.rawResultSha256 === null) return null;
    return reported?.data.rawSha256 === erasure.rawResultSha256 &&
      reported.data.category === (erasure.category?.value ?? null)
      ? null
      : failed(`The result of the tool printed for ${job.ticket} is not that of the journal.`);
  },
  ({ job, takenOver }, journal) => {
    const taken = last('job.taken_over', job.id, journal);
    const { origin, ticket, sha256, carried } = taken?.data ?? {};
    const same =
      takenOver?.origin === origin &&
      takenOver?.ticket === ticket &&
      takenOver?.fileSha256 === sha256 &&
      takenOver?.attempts === carried?.attempts &&
      takenOver?.drawn === carried?.drawn;
    return same ? null : failed(`The journal says something else about the station that ${job.ticket} came from.`);
  },
  ({ job, handedOver }, journal) => {
    const isGone = last('job.handed_over', job.id, journal) !== null;
    if (isGone !== (handedOver !== undefined))
      return failed(`The journal says something else about where ${job.ticket} went.`);
    const file = last('job.handover_saved', job.id, journal)?.data.sha256 ?? null;
    return isGone && handedOver?.fileSha256 !== file
      ? failed(`The file by which ${job.ticket} was handed over is not that of the journal.`)
      : null;
  },
  ({ job, signOff }, journal) => {
    if (signOff === null) return null;
    return last('job.signed_off', job.id, journal)?.data.self === signOff.selfSignOff
      ? null
      : failed(`The sign-off printed for ${job.ticket} is not that of the journal.`);
  },
  ({ job, bypass }, journal) => {
    if (bypass === null) return null;
    const approved = last('job.bypass_approved', job.id, journal);
    return approved?.data.approval === bypass.approvalId
      ? null
      : failed(`The journal does not show the approval of the manual sanitisation of ${job.ticket}.`);
  },
];

type DataOf<T extends EntryType> = ReturnType<(typeof entryTypes)[T]['data']['parse']>;

/** Data of an entry of this type; null for another type or data that does not fit it. */
function read<T extends EntryType>(type: T, entry: ProvenEntry): DataOf<T> | null {
  if (entry.type !== type) return null;
  const parsed = entryTypes[type].data.safeParse(entry.data);
  return parsed.success ? (parsed.data as DataOf<T>) : null;
}

function last<T extends EntryType>(type: T, job: string, { entries }: ProvenJournal): { data: DataOf<T> } | null {
  let newest: { index: number; data: DataOf<T> } | null = null;
  for (const entry of entries) {
    const data = entry.job === job ? read(type, entry) : null;
    if (data !== null && (newest === null || entry.index > newest.index)) newest = { index: entry.index, data };
  }
  return newest;
}

/** Slots stand in an entry in the order of their names in `entryTypes`. */
function disclosed<T extends EntryType, S extends keyof EntrySlots<T> & string>(
  type: T,
  name: S,
  index: number,
  { disclosures }: ProvenJournal,
): EntrySlots<T>[S] | null {
  const spec = entryTypes[type];
  const slots: Record<string, z.ZodType> = 'pii' in spec ? spec.pii : {};
  const slot = Object.keys(slots).indexOf(name);
  const found = disclosures.find(disclosure => disclosure.index === index && disclosure.slot === slot);
  if (!found || slots[name]?.safeParse(found.value).success !== true) return null;
  return found.value as EntrySlots<T>[S];
}
