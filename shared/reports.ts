import { z } from 'zod';
import { Instant, JobId, ReportId, Sha256Hex } from './ids.ts';
import { ErasureStatus } from './jobs.ts';
import type { EventSpecs, MethodSpecs } from './method.ts';

export const ReportScope = z.enum(['master', 'intake', 'reset', 'functional', 'qc']);
export type ReportScope = z.infer<typeof ReportScope>;
export const ReportVariant = z.enum(['customer', 'internal']);
export type ReportVariant = z.infer<typeof ReportVariant>;

export const Report = z.object({
  id: ReportId,
  /** Gapless on this station; a number whose document failed stays as `void`. */
  sequence: z.int(),
  jobId: JobId,
  ticket: z.string(),
  scope: ReportScope,
  variant: ReportVariant,
  state: z.enum(['issued', 'void']),
  erasureStatus: ErasureStatus.nullable(),
  issuedAt: Instant,
  fileName: z.string(),
  /** Of the PDF; null for a void number. */
  sha256: Sha256Hex.nullable(),
  supersedes: z.int().nullable(),
  /** Whether the journal entries it rests on are cosigned by now. */
  witnessed: z.boolean(),
});
export type Report = z.infer<typeof Report>;

export const reportMethods = {
  'reports.issue': {
    input: z.object({ jobId: JobId, scope: ReportScope, variant: ReportVariant }),
    output: Report,
    access: 'report.issue',
  },
  'reports.list': { input: z.object({ jobId: JobId.optional() }), output: z.array(Report), access: 'report.read' },
  /** The signed PDF, re-hashed before it is given out. */
  'reports.download': {
    input: z.object({ reportId: ReportId }),
    output: z.object({ fileName: z.string(), contentBase64: z.base64() }),
    access: 'report.read',
  },
  /** Certificate of the site's own authority, PEM, for outsiders to trust. */
  'reports.site_ca': { input: z.undefined(), output: z.object({ pem: z.string() }), access: 'report.read' },
} as const satisfies MethodSpecs;

export const reportEvents = { 'report.changed': Report } as const satisfies EventSpecs;
