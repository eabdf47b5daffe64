import { z } from 'zod';
import { CustomerId, Instant, JobId, LotId, Sha256Hex } from './ids.ts';
import type { EventSpecs, MethodSpecs } from './method.ts';
import { ReportLanguage } from './reports.ts';

const Name = z.string().trim().min(1).max(200);

export const Customer = z.object({
  id: CustomerId,
  /** Null once forgotten. */
  customerName: z.string().nullable(),
  reference: z.string().nullable(),
});
export type Customer = z.infer<typeof Customer>;

/** How a device of a lot compares with its manifest. */
export const Standing = z.enum(['expected', 'unexpected', 'double', 'no_manifest']);
export type Standing = z.infer<typeof Standing>;

export const Lot = z.object({
  id: LotId,
  customerId: CustomerId,
  customerName: z.string().nullable(),
  /** As the customer calls it; null once the customer was forgotten. */
  lotName: z.string().nullable(),
  order: z.string().nullable(),
  mediaSource: z.string().nullable(),
  state: z.enum(['open', 'closed']),
  openedAt: Instant,
  closedAt: Instant.nullable(),
  /** Devices on the manifest; null where there is none. */
  expected: z.int().nullable(),
  received: z.int(),
  missing: z.int().nullable(),
  unexpected: z.int(),
  double: z.int(),
});
export type Lot = z.infer<typeof Lot>;

/** One line of a manifest: whatever names the device, and what the customer says it is. */
export const ManifestItem = z.object({
  identifiers: z.array(z.string().min(3).max(64)).min(1).max(5),
  model: z.string().max(200).nullable(),
});
export type ManifestItem = z.infer<typeof ManifestItem>;

export const LotDetail = Lot.extend({
  missingItems: z.array(ManifestItem),
  jobs: z.array(z.object({ jobId: JobId, ticket: z.string(), standing: Standing })),
});
export type LotDetail = z.infer<typeof LotDetail>;

/** Largest manifest that is read, in bytes and in devices. */
export const manifestMaxBytes = 2 * 1024 * 1024;
export const manifestMaxItems = 5_000;

/** What the journal says about customers and lots. */
export const customerEntryTypes = {
  'customer.added': {
    data: z.object({ customer: z.string() }),
    pii: { profile: z.object({ name: z.string(), reference: z.string().nullable() }) },
  },
  'lot.opened': {
    data: z.object({ lot: LotId, customer: z.string() }),
    pii: { text: z.object({ name: z.string(), order: z.string().nullable(), mediaSource: z.string().nullable() }) },
  },
  'lot.manifest_set': {
    data: z.object({ lot: LotId, devices: z.int() }),
    pii: { manifest: z.object({ items: z.array(ManifestItem) }) },
  },
  'job.lot_assigned': { data: z.object({ lot: LotId.nullable(), standing: Standing.nullable() }) },
  'lot.closed': {
    data: z.object({
      lot: LotId,
      received: z.int(),
      missing: z.int().nullable(),
      unexpected: z.int(),
      double: z.int(),
    }),
  },
  'lot.statement_printed': {
    data: z.object({ lot: LotId, sha256: Sha256Hex, language: ReportLanguage.optional() }),
  },
} as const;

const lot = z.object({ lotId: LotId });

export const customerMethods = {
  'customers.list': { input: z.undefined(), output: z.array(Customer), access: 'bench.read' },
  'customers.add': {
    input: z.object({ name: Name, reference: Name.optional() }),
    output: Customer,
    access: 'lot.manage',
  },
  'lots.list': { input: z.undefined(), output: z.array(Lot), access: 'bench.read' },
  'lots.get': { input: lot, output: LotDetail, access: 'bench.read' },
  'lots.open': {
    input: z.object({ customerId: CustomerId, name: Name, order: Name.optional(), mediaSource: Name.optional() }),
    output: Lot,
    access: 'lot.manage',
  },
  /** CSV or XLSX with a heading row: `imei`, `serial`, `meid`, `eid`, `model`. Replaces the manifest; one bad row refuses all. */
  'lots.import': {
    input: lot.extend({
      contentBase64: z
        .base64()
        .min(1)
        .max(Math.ceil((manifestMaxBytes * 4) / 3) + 4),
    }),
    output: Lot,
    access: 'lot.manage',
  },
  /** Puts a job into a lot, or with null into none; while lot and job are open. */
  'lots.assign': {
    input: z.object({ jobId: JobId, lotId: LotId.nullable() }),
    output: LotDetail.nullable(),
    access: 'job.work',
  },
  /** No device comes or goes any more. Refused while a job of it is open. */
  'lots.close': { input: lot, output: Lot, access: 'lot.manage' },
  /**
   * The lot with all its devices, missing, unexpected and double ones, as a signed PDF in a language of reports, that of the letterhead
   * unless another is named. Each one given out is recorded.
   */
  'lots.statement': {
    input: lot.extend({ language: ReportLanguage.optional() }),
    output: z.object({ fileName: z.string(), contentBase64: z.base64() }),
    access: 'report.download',
  },
  /** The lot of a job; null where it has none. */
  'lots.of_job': { input: z.object({ jobId: JobId }), output: Lot.nullable(), access: 'bench.read' },
} as const satisfies MethodSpecs;

export const customerEvents = { 'lot.changed': Lot } as const satisfies EventSpecs;
