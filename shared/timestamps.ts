import { z } from 'zod';
import { Instant, ReportId, Sha256Hex } from './ids.ts';
import type { MethodSpecs } from './method.ts';

/** Where RFC 3161 time stamps come from, and whom to believe them. */
const Service = z.object({
  url: z.url({ protocol: /^https?$/ }).max(500),
  /** Certificate of the authority above the service, PEM. */
  authorityPem: z.string().trim().min(1).max(20_000),
});

export const TimestampStatus = z.object({
  /** Null where reports are not time-stamped. */
  service: z
    .object({
      url: z.string(),
      /** Common name and SHA-256 fingerprint of the authority. */
      authority: z.string(),
      fingerprint: z.string(),
    })
    .nullable(),
  /** Issued reports without time stamps. */
  waiting: z.int(),
  /** When the newest time stamp was made. */
  last: Instant.nullable(),
  /** Why the last attempt came to nothing; null after one that worked. */
  failure: z.object({ at: Instant, words: z.string() }).nullable(),
});
export type TimestampStatus = z.infer<typeof TimestampStatus>;

export const timestampMethods = {
  'timestamps.status': { input: z.undefined(), output: TimestampStatus, access: 'report.read' },
  /** Asks the service for one time stamp and keeps the settings when it is good; null ends time stamping. */
  'timestamps.configure': {
    input: z.object({ service: Service.nullable() }),
    output: TimestampStatus,
    access: 'station.manage',
    stepUp: true,
  },
} as const satisfies MethodSpecs;

export const timestampEntries = {
  'timestamps.configured': {
    /** SHA-256 fingerprint of the authority; null: no time stamps from now on. */
    data: z.object({ authority: z.string().nullable() }),
  },
  'report.timestamped': {
    data: z.object({
      documentId: ReportId,
      sequence: z.int(),
      /** Of the file with its time stamps. */
      fileSha256: Sha256Hex,
      /** When the authority saw the signature, and the whole file. */
      signatureTime: Instant,
      fileTime: Instant,
    }),
  },
};
