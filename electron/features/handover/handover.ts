import type { Identifiers } from '../../../shared/devices.ts';
import { BenchError } from '../../../shared/errors.ts';
import type { EntryData, EntryRecord } from '../../../shared/events.ts';
import {
  type HandoverFile,
  type HandoverView,
  handoverMaxEntries,
  type handoverMethods,
} from '../../../shared/handover.ts';
import type { DeviceId, JobId, OperatorId } from '../../../shared/ids.ts';
import type { Job } from '../../../shared/jobs.ts';
import type { ProofBundle } from '../../../shared/verify/proof-bundle.ts';
import type { Blobs } from '../../database/blobs.ts';
import type { Database, Tx } from '../../database/database.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import { type Subjects, subjectOf } from '../journal/subjects.ts';
import type { Settings } from '../station/settings.ts';
import { createHandoverStore, type HandoverRow } from './handover.store.ts';
import {
  digestOf,
  earlierEntries,
  fromHere,
  type HandoverContent,
  isVouchedAsBefore,
  type Known,
  readHandover,
} from './handover-file.ts';

type Given = Omit<EntryData<'job.handed_over'>, 'from' | 'to' | 'carried' | 'ticket'>;
type Taken = Omit<EntryData<'job.taken_over'>, 'from' | 'to'>;

export type HandoverDeps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  settings: Settings;
  blobs: Blobs;
  random: Random;
  moves: {
    give(tx: Tx, jobId: JobId, act: Given & { by: OperatorId; target: string | null; legalHold: boolean }): number;
    take(
      deviceId: DeviceId,
      by: OperatorId,
      what: { data: Taken; identifiers: Identifiers },
      also: (tx: Tx, jobId: JobId, idx: number) => void,
    ): Promise<Job>;
    isHere(jobId: JobId): boolean;
    deviceOf(jobId: JobId): DeviceId;
    ticketOf(jobId: JobId): string;
    identifiedIdxOf(jobId: JobId): number;
    isSameDevice(ours: Identifiers, theirs: Identifiers): boolean;
    tell(jobId: JobId): Job;
  };
  training: boolean;
  isHeld(device: DeviceId): boolean;
  /** Proofs of entries; throws `conflict` for those of a log that was closed. */
  proofs(indexes: readonly number[], mayOpen: (index: number, slot: number) => boolean): ProofBundle;
  assertProvable(indexes: readonly number[]): void;
  /** Reads the one device on a cable that fits once more; throws when there is none, or more than one. */
  deviceFor(fits: (identifiers: Identifiers) => boolean): Promise<DeviceId>;
  /** What the key of the site says about a file from this log; null from a bench that belongs to no site. */
  vouch(about: { logVkey: string; payload: string }): Promise<HandoverContent['site']>;
  known(): Promise<Known>;
};

/** Gives open jobs to other stations and takes theirs in, each as one file. */
export function createHandover(deps: HandoverDeps) {
  const { database, journal, subjects, blobs, moves } = deps;
  const store = createHandoverStore(database.read);

  const ownerOf = (jobId: JobId) => {
    const subject = subjectOf(moves.deviceOf(jobId));
    return { subject, dek: subjects.dekOf(subject) };
  };
  const dataOf = <T extends 'job.handed_over' | 'job.taken_over'>(_: T, idx: number) => {
    const leaf = journal.entry(idx);
    return { at: leaf.at, data: leaf.data as EntryRecord<T> };
  };

  const give = async (jobId: JobId, target: string | null, by: OperatorId): Promise<HandoverFile> => {
    const device = moves.deviceOf(jobId);
    const indexes = [moves.identifiedIdxOf(jobId), ...journal.store.ofJob(jobId).map(({ idx }) => idx)];
    deps.assertProvable(indexes);
    if (indexes.length > handoverMaxEntries)
      throw new BenchError('state_refused', 'The history of this job is too long for a file. End the job here.');
    const id = deps.random.uuid();
    database.write(tx => {
      const idx = moves.give(tx, jobId, {
        handover: id,
        station: deps.settings.get('station-name'),
        training: deps.training,
        entries: indexes.map(index => index - journal.store.start),
        ...{ by, target, legalHold: deps.isHeld(device) },
      });
      store.insert(tx, 'given', { id, jobId, source: jobId, idx, sha256: null, blobSha256: null });
    });
    moves.tell(jobId);
    return save(jobId, by);
  };

  const given = (jobId: JobId): HandoverRow => {
    const row = store.ofJob(jobId, 'given');
    if (!row) throw new BenchError('not_found', 'This job was not handed over.');
    return row;
  };

  const build = async (row: HandoverRow): Promise<string> => {
    const { entries } = dataOf('job.handed_over', row.idx).data;
    const identified = moves.identifiedIdxOf(row.jobId);
    const indexes = [...entries.map(index => index + journal.store.start), row.idx];
    const payload = JSON.stringify(deps.proofs(indexes, index => index === identified));
    const site = await deps.vouch({ logVkey: journal.vkey, payload });
    return JSON.stringify({ kind: 'veriqko-handover', v: 1, payload, site } satisfies HandoverContent);
  };

  /** The file as it was given out before, so that its digest stays; made anew when it could not be taken in as it is. */
  const contentOf = async (row: HandoverRow): Promise<string> => {
    if (row.blobSha256 === null) return build(row);
    const kept = blobs.get(ownerOf(row.jobId).dek, row.blobSha256).toString('utf8');
    if (row.idx < journal.store.start) return kept;
    return isVouchedAsBefore(kept, await deps.known()) ? kept : build(row);
  };

  const save = async (jobId: JobId, by: OperatorId): Promise<HandoverFile> => {
    const content = await contentOf(given(jobId));
    const sha256 = digestOf(content);
    const row = given(jobId);
    const blobSha256 = row.sha256 === sha256 ? null : blobs.put(ownerOf(jobId), Buffer.from(content));
    database.write(tx => {
      if (blobSha256 !== null) store.keepFile(tx, row.id, { sha256, blobSha256 });
      journal.append(tx, {
        type: 'job.handover_saved',
        ...{ actor: by, device: moves.deviceOf(jobId), job: jobId },
        data: { handover: row.id, sha256 },
      });
    });
    return { fileName: `handover-${moves.ticketOf(jobId)}.json`, content, sha256 };
  };

  const refuseKnown = (id: string, source: JobId) => {
    const taken = store.taken({ id, source });
    if (taken)
      throw new BenchError(
        'state_refused',
        `This job was taken over here already, as ${moves.ticketOf(taken.jobId)}. A file counts once.`,
      );
    if (store.wasGiven(id) || moves.isHere(source)) throw new BenchError('state_refused', fromHere);
  };

  const take = async (content: string, by: OperatorId): Promise<Job> => {
    const read = readHandover(content, await deps.known());
    const { handover, station, ticket, carried, entries } = read.data;
    refuseKnown(handover, read.jobId);
    const deviceId = await deps.deviceFor(ours => moves.isSameDevice(ours, read.identifiers));
    // Somebody else may have taken it over while the device was read.
    refuseKnown(handover, read.jobId);
    const subject = subjectOf(deviceId);
    const blobSha256 = blobs.put({ subject, dek: subjects.dekOf(subject) }, Buffer.from(content));
    const { origin, jobId: source, sha256, identifiers } = read;
    const data = { handover, origin, station, job: source, ticket, sha256, carried, entries };
    return moves.take(deviceId, by, { data, identifiers }, (tx, jobId, idx) => {
      store.insert(tx, 'taken', { id: handover, jobId, source, idx, sha256, blobSha256 });
    });
  };

  const entriesIn = ({ jobId, blobSha256 }: HandoverRow) => {
    const dek = subjects.dek(subjectOf(moves.deviceOf(jobId)));
    return dek && blobSha256 !== null ? earlierEntries(blobs.get(dek, blobSha256).toString('utf8')) : [];
  };

  const view = (jobId: JobId): HandoverView => {
    const [out, back] = [store.ofJob(jobId, 'given'), store.ofJob(jobId, 'taken')];
    const gave = out && dataOf('job.handed_over', out.idx);
    const took = back && dataOf('job.taken_over', back.idx);
    return {
      given: gave && {
        at: gave.at,
        target: journal.open('job.handed_over', out.idx, 'text')?.target ?? null,
        sha256: out.sha256,
      },
      taken: took && {
        at: took.at,
        origin: took.data.origin,
        station: took.data.station,
        ticket: took.data.ticket,
        sha256: took.data.sha256,
        carried: took.data.carried,
        entries: entriesIn(back),
      },
    };
  };

  const handlers = {
    'handover.give': ({ jobId, target }, { operatorId }) => give(jobId, target ?? null, operatorId),
    'handover.save': ({ jobId }, { operatorId }) => save(jobId, operatorId),
    'handover.take': ({ content }, { operatorId }) => take(content, operatorId),
    'handover.of_job': ({ jobId }) => view(jobId),
  } satisfies Pick<Handlers, keyof typeof handoverMethods>;

  return { handlers, filesOf: store.filesOf };
}
