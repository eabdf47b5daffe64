import { z } from 'zod';
import { Instant } from './ids.ts';
import { ReportLanguage } from './reports.ts';

const Text = z.string().max(1_000);
const Fact = z.object({ label: Text, value: Text, wide: z.literal(true).optional() });
/** `tone`: how it reads at a glance. */
const Cell = z.union([Text, z.object({ text: Text, tone: z.enum(['good', 'warn', 'bad', 'open']) })]);

/** A table to be printed: what it is, from where, and its cells as they are read. */
export const TableDocument = z.object({
  schemaVersion: z.literal(1),
  documentId: z.uuid(),
  /** What kind of table it is, for programs: `access_review`. */
  kind: z.string().regex(/^[a-z_]+$/),
  /** Of its words; English where it is not named. */
  language: ReportLanguage.optional(),
  title: Text,
  subtitle: Text,
  training: z.boolean(),
  issuedAt: Instant,
  issuer: z.object({ organisation: Text, place: Text, appVersion: Text }),
  facts: z.array(Fact),
  /** `share` of the width; all of them make 1. */
  columns: z.array(z.object({ title: Text, share: z.number().positive().max(1) })).min(1),
  rows: z.array(z.array(Cell)),
  /** More about some of the rows, each on its own, after the table. */
  annexes: z.array(z.object({ title: Text, facts: z.array(Fact) })).optional(),
});
export type TableDocument = z.infer<typeof TableDocument>;

/** What whoever asks for a print says; the rest is the station's. */
export type TableContent = Pick<
  TableDocument,
  'kind' | 'language' | 'title' | 'subtitle' | 'facts' | 'columns' | 'rows' | 'annexes'
>;
