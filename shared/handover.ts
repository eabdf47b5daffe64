import { z } from 'zod';
import { Identifiers } from './devices.ts';
import { Instant, JobId, OperatorId, Sha256Hex } from './ids.ts';
import { Condition, ErasureStatus, Job, JobMove, JobPlace } from './jobs.ts';
import type { MethodSpecs } from './method.ts';

/** Longest history of a job that can be handed over, in journal entries. */
export const handoverMaxEntries = 2_000;
/** Largest file that is taken in, in characters. */
export const handoverMaxChars = 8_000_000;

/** Where a job stands when it leaves a station, as far as the next one goes by it. */
export const Carried = z.object({
  place: JobPlace,
  condition: Condition.nullable(),
  attempts: z.int().nonnegative(),
  interruptions: z.int().nonnegative(),
  erasure: ErasureStatus.nullable(),
  /** Drawn for sampling, whether somebody looked already or not. */
  drawn: z.boolean(),
  eraseOperators: z.array(OperatorId).max(100),
});
export type Carried = z.infer<typeof Carried>;

/** What another station says against a device counts here too; what it says for it has to be done again. */
export function unfavourable(status: ErasureStatus | null): ErasureStatus | null {
  return status === 'failed' || status === 'indeterminate' ? status : null;
}

/** Name of a station as its own journal has it. */
const StationName = z.string().max(200).nullable();
const Indexes = z.array(z.int().nonnegative()).max(handoverMaxEntries);

/** What the journals say about hand-overs: `entries` are places in the journal of the station that gave the job away. */
export const handoverEntryTypes = {
  'job.handed_over': {
    data: JobMove.extend({
      handover: z.uuid(),
      station: StationName,
      ticket: z.string(),
      /** Made in training mode: no real station takes it over, nor the other way round. */
      training: z.boolean(),
      carried: Carried,
      entries: Indexes,
    }),
    pii: { text: z.object({ target: z.string().nullable() }) },
  },
  /** The file was given out, the first time or again. */
  'job.handover_saved': { data: z.object({ handover: z.uuid(), sha256: Sha256Hex }) },
  'job.taken_over': {
    data: JobMove.extend({
      handover: z.uuid(),
      /** Log of the other station, its name there and its id and ticket of the job. */
      origin: z.string().min(1).max(255),
      station: StationName,
      job: JobId,
      ticket: z.string(),
      /** Of the file. */
      sha256: Sha256Hex,
      carried: Carried,
      entries: Indexes,
    }),
    pii: { identity: z.object({ identifiers: Identifiers }) },
  },
} as const;

/** One entry of the job in the journal of the station that it came from. */
const EarlierEntry = z.object({ index: z.int(), type: z.string(), at: Instant });

export const HandoverView = z.object({
  /** Null for a job that is still here. */
  given: z
    .object({
      at: Instant,
      /** As somebody wrote it; null when nothing was written or it was erased. */
      target: z.string().nullable(),
      sha256: Sha256Hex.nullable(),
    })
    .nullable(),
  /** Null for a job that began here. */
  taken: z
    .object({
      at: Instant,
      origin: z.string(),
      station: StationName,
      ticket: z.string(),
      sha256: Sha256Hex,
      carried: Carried,
      /** Oldest first; empty when the file was erased. */
      entries: z.array(EarlierEntry),
    })
    .nullable(),
});
export type HandoverView = z.infer<typeof HandoverView>;

const job = z.object({ jobId: JobId });
const File = z.object({ fileName: z.string(), content: z.string(), sha256: Sha256Hex });
export type HandoverFile = z.infer<typeof File>;

export const handoverMethods = {
  /** Closes the job here for good and answers the file that another station of the site takes in. */
  'handover.give': {
    input: job.extend({ target: z.string().trim().min(1).max(200).optional() }),
    output: File,
    access: 'job.hand_over',
    stepUp: true,
  },
  /** The file of a job that was handed over, once more. */
  'handover.save': { input: job, output: File, access: 'job.hand_over', stepUp: true },
  /** Opens the job of a file for the device that is plugged in and read again now. */
  'handover.take': {
    input: z.object({ content: z.string().min(1).max(handoverMaxChars) }),
    output: Job,
    access: 'job.hand_over',
  },
  'handover.of_job': { input: job, output: HandoverView, access: 'bench.read' },
} as const satisfies MethodSpecs;
