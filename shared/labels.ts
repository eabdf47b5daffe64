import { z } from 'zod';
import { JobId } from './ids.ts';
import type { MethodSpecs } from './method.ts';

const Host = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9.:_-]{1,253}$/, 'a host name or an address');

/** Where a label printer is. */
export const PrinterTarget = z.discriminatedUnion('kind', [
  /** Raw port of a network printer, 9100 as a rule. */
  z.object({ kind: z.literal('tcp'), host: Host, port: z.int().min(1).max(65_535) }),
  z.object({ kind: z.literal('serial'), path: z.string().trim().min(1).max(255), baudRate: z.int().min(300) }),
  /** A queue of the system's print spooler; it gets the printer's own language. */
  z.object({ kind: z.literal('spooler'), queue: z.string().regex(/^[A-Za-z0-9_.-]{1,127}$/, 'the name of a queue') }),
]);
export type PrinterTarget = z.infer<typeof PrinterTarget>;

export const LabelPrinter = z.object({
  target: PrinterTarget,
  language: z.enum(['zpl', 'tspl']),
  /** Dots per inch of the print head. */
  dpi: z.union([z.literal(203), z.literal(300), z.literal(600)]),
});
export type LabelPrinter = z.infer<typeof LabelPrinter>;

export const LabelSettings = z.object({
  /** Millimetres. */
  widthMm: z.int().min(38).max(108),
  heightMm: z.int().min(20).max(150),
  /** Null: labels can be looked at and saved as PDF only. */
  printer: LabelPrinter.nullable(),
});
export type LabelSettings = z.infer<typeof LabelSettings>;

export const LabelPreview = z.object({
  /** As it will look; a drawing without script or links. */
  svg: z.string(),
  pdfBase64: z.base64(),
  fileName: z.string(),
});

export const labelMethods = {
  'labels.settings': { input: z.undefined(), output: LabelSettings, access: 'bench.read' },
  'labels.configure': { input: LabelSettings, output: LabelSettings, access: 'station.manage', stepUp: true },
  'labels.preview': { input: z.object({ jobId: JobId }), output: LabelPreview, access: 'job.work' },
  /** Resolves when the printer took the bytes; whether paper was left it does not say. Every print is recorded. */
  'labels.print': {
    input: z.object({ jobId: JobId, copies: z.int().min(1).max(10).default(1) }),
    output: z.object({ reprint: z.boolean() }),
    access: 'job.work',
  },
} as const satisfies MethodSpecs;
