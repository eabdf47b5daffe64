import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { createFakeRandom } from '../../electron/drivers/random/random.fake.ts';
import type { ReportDocument } from '../../shared/report-document.ts';
import { keyFingerprint } from '../../shared/verify/pdf-certificate.ts';
import { compareWithJournal, type ProvenJournal } from '../../shared/verify/pdf-journal.ts';
import { verifyReportPdf } from '../../shared/verify/report-pdf.ts';
import { buildSigned, createSite, type Site } from './report-kit.ts';
import { type SampleOptions, sampleDocument } from './sample-document.ts';
import { createTestLog, type TestEntry } from './test-log.ts';

const at = '2026-11-23T09:30:00.000Z';

/** What a station would have written about the sample's one device and about the document. */
function entriesOf(document: ReportDocument): TestEntry[] {
  const [record] = document.devices;
  if (!record) throw new Error('the sample has a device');
  const { job, device, erasure, bypass, erasureStatus, signOff } = record;
  const move = { from: 'reset.verifying', to: 'reset.erased' };
  const policy = { selfSignOff: false, unknownLocksPass: true };
  const connector = { adapter: 'virtual', portPath: '1-1', mode: 'normal', imei: 'valid' };
  const read = { manufacturer: null, model: null, revision: null };
  const reported = { success: true, operationId: 'op-7f31', technique: null, startedAt: at, endedAt: at };
  const { documentId, sequence, scope, variant, supersedes } = document;
  return [
    { type: 'device.identified', data: { ...connector, ...read }, pii: [{ identifiers: device.identifiers }] },
    { type: 'job.opened', job: job.id, data: { ticket: job.ticket, identifiedAt: 0, previous: null, policy } },
    {
      type: 'job.erase_reported',
      job: job.id,
      data: {
        ...move,
        ...reported,
        category: erasure?.category?.value ?? null,
        failureCode: null,
        rawSha256: erasure?.rawResultSha256 ?? '0'.repeat(64),
        certificateSha256: null,
      },
    },
    {
      type: 'job.erase_checked',
      job: job.id,
      data: { ...move, status: erasureStatus ?? 'failed', checks: erasure?.checks ?? [], sampled: true },
    },
    {
      type: 'job.bypass_approved',
      job: job.id,
      data: { ...move, approval: bypass?.approvalId ?? documentId, expiresAt: at, authenticated: 'password' },
    },
    { type: 'job.signed_off', job: job.id, data: { ...move, self: signOff?.selfSignOff ?? false } },
    {
      type: 'report.numbered',
      job: job.id,
      data: { documentId, sequence, scope, variant, language: 'en', status: document.erasureStatus, supersedes },
    },
  ];
}

function journalOf(document: ReportDocument): ProvenJournal {
  const { origin } = document.journal;
  const entries = entriesOf(document);
  const proven = entries.map(({ type, job, data }, index) => ({ index, origin, type, job, data }));
  const [identity] = entries[0]?.pii ?? [];
  return { entries: proven, disclosures: [{ index: 0, slot: 0, value: identity }] };
}

const outcomes = (document: ReportDocument, journal: ProvenJournal) =>
  compareWithJournal(document, journal).map(step => step.outcome);

describe('a document against its journal entries', () => {
  const document = sampleDocument();

  test.each(['erased_verified', 'erased_with_exceptions', 'manual_bypass', 'failed'] as const)('%s agrees', status => {
    const sample = sampleDocument({ status });
    expect(outcomes(sample, journalOf(sample))).toEqual(['ok']);
  });

  test.each([
    ['sequence', { sequence: 43 }],
    ['scope', { scope: 'qc' as const }],
    ['predecessor', { supersedes: 41 }],
    ['id', { documentId: '00000000-0000-4000-8000-000000000098' as ReportDocument['documentId'] }],
  ])('another %s is noticed', (_, change) => {
    expect(outcomes({ ...document, ...change }, journalOf(document))).toEqual(['failed']);
  });

  test('a better status, other checks or another raw result are noticed', () => {
    const exceptions = sampleDocument({ status: 'erased_with_exceptions' });
    expect(outcomes(document, journalOf(exceptions))).toContain('failed');
    const other = sampleDocument({
      alter: record => ({
        ...record,
        erasure: record.erasure && { ...record.erasure, rawResultSha256: 'f'.repeat(64) },
      }),
    });
    expect(outcomes(other, journalOf(document))).toEqual(['failed']);
  });

  test('another device is noticed, and one that was forgotten is a warning', () => {
    const journal = journalOf(document);
    const other = sampleDocument({
      alter: record => ({
        ...record,
        device: { ...record.device, identifiers: { ...record.device.identifiers, serial: 'X-1' } },
      }),
    });
    expect(outcomes(other, journal)).toEqual(['failed']);
    expect(outcomes(document, { ...journal, disclosures: [] })).toEqual(['warning', 'ok']);
  });

  test('an approval the journal does not hold is noticed', () => {
    const bypassed = sampleDocument({ status: 'manual_bypass' });
    const journal = journalOf(bypassed);
    const without = journal.entries.filter(entry => entry.type !== 'job.bypass_approved');
    expect(outcomes(bypassed, { ...journal, entries: without })).toContain('failed');
  });

  test('a self sign-off printed as one by another person is noticed', () => {
    const journal = journalOf(document);
    const entries = journal.entries.map(entry =>
      entry.type === 'job.signed_off' ? { ...entry, data: { from: 'qc', to: 'completed', self: true } } : entry,
    );
    expect(outcomes(document, { ...journal, entries })).toEqual(['failed']);
  });

  test('entries that are missing or from elsewhere are noticed', () => {
    const journal = journalOf(document);
    const foreign = journal.entries.map(entry => ({ ...entry, origin: 'another.example' }));
    expect(outcomes(document, { ...journal, entries: foreign })).toContain('failed');
    const promised = { ...document, journal: { ...document.journal, indexes: [...document.journal.indexes, 77] } };
    expect(outcomes(promised, journal)).toContain('failed');
  });
});

describe('verifying a report file', () => {
  let site: Site;
  beforeAll(async () => {
    site = await createSite();
  });

  /** A document that rests on a real journal, and that journal. */
  const documented = (options: SampleOptions = {}) => {
    const sample = sampleDocument(options);
    const log = createTestLog(sample.journal.origin);
    const indexes = entriesOf(sample).map(entry => log.append(entry));
    const keyFingerprintHex = keyFingerprint(new X509Certificate(site.signer.certificate));
    const document = {
      ...sample,
      issuer: { ...sample.issuer, keyFingerprint: keyFingerprintHex },
      journal: { origin: log.origin, logVkey: log.vkey, fleetVkey: null, indexes },
    };
    return { document, log, indexes };
  };

  const failedSteps = async (file: Uint8Array) => {
    const { ok, steps } = await verifyReportPdf(file, { caPem: site.caPem });
    const failed = steps.filter(step => step.outcome === 'failed').map(step => step.step);
    expect(ok).toBe(failed.length === 0);
    return failed;
  };

  test.each(['erased_verified', 'manual_bypass', 'failed'] as const)('a good one (%s) is verified', async status => {
    const { document, log, indexes } = documented({ status });
    const file = await buildSigned(document, site, log.bundle(indexes));
    const { ok, steps } = await verifyReportPdf(file, { caPem: site.caPem });
    expect(steps.filter(step => step.outcome === 'failed')).toEqual([]);
    expect(ok).toBe(true);
    expect(steps.map(step => step.step)).toEqual(
      expect.arrayContaining(['signature', 'coverage', 'chain', 'data', 'entries', 'content']),
    );
    for (const { detail } of steps) expect(detail).toMatch(/^\S.+\.$/);
  });

  test('proofs of a journal that was altered, or that are not there, fail it', async () => {
    const { document, log, indexes } = documented();
    const bundle = log.bundle(indexes);
    const [first, ...others] = bundle.entries;
    if (!first) throw new Error('the journal has entries');
    const bytes = Buffer.from(first.bytes, 'base64').toString('latin1').replace('virtual', 'VIRTUAL');
    const altered = {
      ...bundle,
      entries: [{ ...first, bytes: Buffer.from(bytes, 'latin1').toString('base64') }, ...others],
    };
    expect(await failedSteps(await buildSigned(document, site, altered))).toContain('entries');
    expect(await failedSteps(await buildSigned(document, site))).toEqual(['journal']);
    const fewer = { ...bundle, entries: others, disclosures: [] };
    expect(await failedSteps(await buildSigned(document, site, fewer))).toContain('content');
  });

  test('proofs of another station do not stand for this one', async () => {
    const { document, indexes } = documented();
    const other = documented();
    expect(await failedSteps(await buildSigned(document, site, other.log.bundle(indexes)))).toEqual(['content']);
  });

  test('a forgotten device is said, and is no failure', async () => {
    const { document, log, indexes } = documented();
    const file = await buildSigned(document, site, log.bundle(indexes, false));
    const { ok, steps } = await verifyReportPdf(file, { caPem: site.caPem });
    expect(ok).toBe(true);
    expect(steps.filter(step => step.step === 'content').map(step => step.outcome)).toEqual(['warning', 'ok']);
  });

  test('a document that names another signing key fails', async () => {
    const { document, log, indexes } = documented();
    const named = { ...document, issuer: { ...document.issuer, keyFingerprint: 'd'.repeat(64) } };
    expect(await failedSteps(await buildSigned(named, site, log.bundle(indexes)))).toEqual(['data']);
  });

  test('a file damaged anywhere fails without throwing', async () => {
    const { document, log, indexes } = documented();
    const file = await buildSigned(document, site, log.bundle(indexes));
    const random = createFakeRandom('damage');
    for (let i = 0; i < 12; i++) {
      const damaged = Uint8Array.from(file);
      damaged.set(random.bytes(8), random.integer(file.length - 8));
      expect(await failedSteps(damaged)).not.toEqual([]);
      expect(await failedSteps(file.subarray(0, random.integer(file.length)))).not.toEqual([]);
    }
  });

  test('a training document says so', async () => {
    const { document, log, indexes } = documented({ training: true });
    const { steps } = await verifyReportPdf(await buildSigned(document, site, log.bundle(indexes)), {});
    expect(steps.find(step => step.step === 'training')?.outcome).toBe('warning');
    expect(steps.find(step => step.step === 'chain')?.outcome).toBe('warning');
  });

  test.each([
    ['an empty file', ''],
    ['text', 'This is not a PDF.'],
    ['a PDF cut short', '%PDF-1.7\n1 0 obj <<'],
  ])('%s fails without throwing', async (_, content) => {
    expect(await failedSteps(Buffer.from(content))).toContain('signature');
  });
});
