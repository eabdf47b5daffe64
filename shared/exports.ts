import { z } from 'zod';
import { CustomerId, Instant, LotId, Sha256Hex } from './ids.ts';
import { ErasureStatus } from './jobs.ts';
import type { EventSpecs, MethodSpecs } from './method.ts';
import { ReportScope, ReportVariant } from './reports.ts';

/** Which reports; everything that is left out does not narrow. */
export const ExportFilter = z.object({
  /** Issued at or after, and before. */
  from: Instant.optional(),
  until: Instant.optional(),
  /** Part of a ticket. */
  ticket: z.string().trim().min(1).max(64).optional(),
  status: ErasureStatus.optional(),
  scope: ReportScope.optional(),
  variant: ReportVariant.optional(),
  customer: CustomerId.optional(),
  lot: LotId.optional(),
});
export type ExportFilter = z.infer<typeof ExportFilter>;

export const ExportId = z.uuid().brand<'ExportId'>();
export type ExportId = z.infer<typeof ExportId>;

export const Export = z.object({
  id: ExportId,
  state: z.enum(['running', 'done', 'cancelled', 'failed', 'removed']),
  startedAt: Instant,
  filter: ExportFilter,
  encrypted: z.boolean(),
  reports: z.int(),
  written: z.int(),
  fileName: z.string(),
  sizeBytes: z.int().nullable(),
  sha256: Sha256Hex.nullable(),
  /** Why it failed, in words. */
  failure: z.string().nullable(),
});
export type Export = z.infer<typeof Export>;

const one = z.object({ id: ExportId });

/** Bytes of the archive that one answer carries. */
export const exportPieceBytes = 1024 * 1024;

export const exportMethods = {
  /** How many reports a filter selects; void numbers are none. */
  'exports.count': { input: ExportFilter, output: z.object({ reports: z.int() }), access: 'report.export' },
  /**
   * One ZIP of signed PDFs with their data as JSON and XML, a table, a signed manifest and the site's certificate; with
   * a password every file in it is encrypted (AES-256). Goes on by itself after a restart.
   */
  'exports.start': {
    input: z.object({
      filter: ExportFilter,
      password: z.string().min(12, 'at least twelve characters').max(128).optional(),
      reason: z.string().trim().min(10, 'say it in at least ten characters').max(5000),
    }),
    output: Export,
    access: 'report.export',
    stepUp: true,
  },
  'exports.list': { input: z.undefined(), output: z.array(Export), access: 'report.export' },
  'exports.cancel': { input: one, output: Export, access: 'report.export' },
  /** The next piece of the archive from `offset` on. */
  'exports.read': {
    input: one.extend({ offset: z.int().nonnegative() }),
    output: z.object({ contentBase64: z.base64(), sizeBytes: z.int() }),
    access: 'report.export',
  },
  /** Deletes the archive; the record of it stays. */
  'exports.remove': { input: one, output: Export, access: 'report.export' },
} as const satisfies MethodSpecs;

export const exportEvents = { 'export.changed': Export } as const satisfies EventSpecs;
