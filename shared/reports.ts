import { z } from 'zod';
import { Instant, JobId, ReportId, Sha256Hex } from './ids.ts';
import { ErasureStatus } from './jobs.ts';
import type { EventSpecs, MethodSpecs } from './method.ts';
import { Verification } from './verification.ts';

export const ReportScope = z.enum(['master', 'intake', 'reset', 'functional', 'qc']);
export type ReportScope = z.infer<typeof ReportScope>;
export const ReportVariant = z.enum(['customer', 'internal']);
export type ReportVariant = z.infer<typeof ReportVariant>;

/** Largest PDF that is verified here, in bytes. */
export const reportMaxBytes = 24 * 1024 * 1024;

/** Languages that a report can be printed in; its signed data is the same in all of them. */
export const ReportLanguage = z.enum(['en', 'de', 'es', 'fr', 'sv', 'ja']);
export type ReportLanguage = z.infer<typeof ReportLanguage>;
export const ReportPaper = z.enum(['a4', 'letter']);
export type ReportPaper = z.infer<typeof ReportPaper>;

const Line = z.string().trim().min(1).max(200);

/** `#rrggbb`, dark enough to be read on white: a contrast of 4.5 to 1. */
const Accent = z
  .string()
  .regex(/^#[0-9a-f]{6}$/, 'write the colour as #rrggbb')
  .refine(isDark, 'the colour is too light to be read on white paper');

/** What stands on the site's documents, and how they look unless somebody asks for something else. */
export const Letterhead = z.object({
  /** Null: the site's name. */
  organisation: Line.nullable(),
  address: z.array(Line).max(4),
  language: ReportLanguage,
  paper: ReportPaper,
  accent: Accent.nullable(),
  logo: z.object({ mediaType: z.enum(['image/png', 'image/jpeg']), base64: z.base64() }).nullable(),
});
export type Letterhead = z.infer<typeof Letterhead>;

/** Relative luminance as WCAG defines it. */
function isDark(colour: string): boolean {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map(at => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5;
}

export const Report = z.object({
  id: ReportId,
  /** Gapless on this station; a number whose document failed stays as `void`. */
  sequence: z.int(),
  jobId: JobId,
  ticket: z.string(),
  scope: ReportScope,
  variant: ReportVariant,
  language: ReportLanguage,
  state: z.enum(['issued', 'void']),
  erasureStatus: ErasureStatus.nullable(),
  issuedAt: Instant,
  fileName: z.string(),
  /** Of the PDF; null for a void number. */
  sha256: Sha256Hex.nullable(),
  supersedes: z.int().nullable(),
  /** Whether the journal entries it rests on are cosigned by now. */
  witnessed: z.boolean(),
  /** When an authority for time stamps saw the whole file; null as long as none has. */
  stampedAt: Instant.nullable(),
});
export type Report = z.infer<typeof Report>;

export const reportMethods = {
  'reports.issue': {
    input: z.object({
      jobId: JobId,
      scope: ReportScope,
      variant: ReportVariant,
      /** The letterhead's where nobody chooses. */
      language: ReportLanguage.optional(),
      paper: ReportPaper.optional(),
    }),
    output: Report,
    access: 'report.issue',
  },
  'reports.list': { input: z.object({ jobId: JobId.optional() }), output: z.array(Report), access: 'report.read' },
  /** The signed PDF, re-hashed before it is given out. */
  'reports.download': {
    input: z.object({ reportId: ReportId }),
    output: z.object({ fileName: z.string(), contentBase64: z.base64() }),
    access: 'report.download',
  },
  'reports.letterhead': { input: z.undefined(), output: Letterhead, access: 'report.read' },
  /** `logoBase64`: PNG or JPEG up to 512 KiB; null takes it away, absent keeps it. */
  'reports.set_letterhead': {
    input: Letterhead.omit({ logo: true }).extend({ logoBase64: z.base64().max(60_000_000).nullable().optional() }),
    output: Letterhead,
    access: 'station.manage',
    stepUp: true,
  },
  /**
   * Verifies any report PDF as an outsider would. `against`: what is trusted beforehand – this site and its fleet, or
   * what was given, or nothing.
   */
  'reports.verify': {
    input: z.object({
      contentBase64: z
        .base64()
        .min(1)
        .max(Math.ceil((reportMaxBytes * 4) / 3)),
      against: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('this_site') }),
        z.object({
          kind: z.literal('given'),
          caPem: z.string().trim().max(20_000).optional(),
          timestampCaPem: z.string().trim().max(20_000).optional(),
          fleetVkey: z.string().trim().max(512).optional(),
        }),
      ]),
    }),
    output: Verification,
    access: 'report.read',
  },
  /** Certificate of the site's own authority, PEM, for outsiders to trust. */
  'reports.site_ca': { input: z.undefined(), output: z.object({ pem: z.string() }), access: 'report.read' },
} as const satisfies MethodSpecs;

export const reportEvents = { 'report.changed': Report } as const satisfies EventSpecs;
