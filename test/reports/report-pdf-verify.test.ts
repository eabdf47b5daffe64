import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ReportDocument } from '../../shared/report-document.ts';
import { keyFingerprint } from '../../shared/verify/pdf-certificate.ts';
import { compareWithJournal, type ProvenJournal } from '../../shared/verify/pdf-journal.ts';
import { type VerifyProofs, verifyReportPdf } from '../../shared/verify/report-pdf.ts';
import { buildSigned, createSite, type Site } from './report-kit.ts';
import { sampleDocument } from './sample-document.ts';

const identifiedAt = 3;

/** The entries a sample document rests on, as a proof bundle gives them once its proofs held. */
function journalOf(document: ReportDocument): ProvenJournal {
  const { origin } = document.journal;
  const [record] = document.devices;
  if (!record) throw new Error('the sample has a device');
  const { job, device, erasure, bypass } = record;
  const move = { from: 'reset.verifying', to: 'reset.erased' };
  const entry = (index: number, type: string, data: object) => ({ index, origin, type, job: job.id, data });
  const policy = { selfSignOff: false, unknownLocksPass: true };
  const adapter = { adapter: 'virtual', portPath: '1-1', mode: 'normal', imei: 'valid' };
  return {
    entries: [
      entry(identifiedAt, 'device.identified', { ...adapter, manufacturer: null, model: null, revision: null }),
      entry(4, 'job.opened', { ticket: job.ticket, identifiedAt, previous: null, policy }),
      entry(5, 'job.erase_reported', {
        ...move,
        success: true,
        operationId: 'op-7f31',
        technique: null,
        category: erasure?.category?.value ?? null,
        startedAt: document.issued.at,
        endedAt: document.issued.at,
        failureCode: null,
        rawSha256: erasure?.rawResultSha256 ?? '0'.repeat(64),
        certificateSha256: null,
      }),
      entry(9, 'job.erase_checked', {
        ...move,
        status: record.erasureStatus ?? 'failed',
        checks: erasure?.checks ?? [],
        sampled: true,
      }),
      entry(11, 'job.bypass_approved', {
        ...move,
        approval: bypass?.approvalId ?? document.documentId,
        expiresAt: document.issued.at,
        authenticated: 'password',
      }),
      entry(12, 'report.numbered', {
        documentId: document.documentId,
        sequence: document.sequence,
        scope: document.scope,
        variant: document.variant,
        status: document.erasureStatus,
        supersedes: document.supersedes,
      }),
    ],
    disclosures: [{ index: identifiedAt, slot: 0, value: { identifiers: device.identifiers } }],
  };
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
  let document: ReportDocument;
  const bundle = {
    v: 1 as const,
    checkpoint: 'note',
    entries: [],
    disclosures: [],
    policy: { logVkey: 'key', witnessVkey: null, fleetVkey: null, fleet: null },
  };
  const proofsHold =
    (journal: ProvenJournal): VerifyProofs =>
    () => ({ ok: true, steps: [], ...journal });
  const proofsFail: VerifyProofs = () => ({
    ok: false,
    steps: [{ step: 'proofs', outcome: 'failed', detail: 'An entry is not in the log.' }],
    entries: [],
    disclosures: [],
  });

  beforeAll(async () => {
    site = await createSite();
    const fingerprint = keyFingerprint(new X509Certificate(site.signer.certificate));
    const sample = sampleDocument();
    document = { ...sample, issuer: { ...sample.issuer, keyFingerprint: fingerprint } };
  });

  const failedSteps = async (file: Uint8Array, verifyProofs: VerifyProofs) => {
    const { ok, steps } = await verifyReportPdf(file, { caPem: site.caPem }, verifyProofs);
    const failed = steps.filter(step => step.outcome === 'failed').map(step => step.step);
    expect(ok).toBe(failed.length === 0);
    return failed;
  };

  test('a good one is verified in plain sentences', async () => {
    const file = await buildSigned(document, site, bundle);
    const { ok, steps } = await verifyReportPdf(file, { caPem: site.caPem }, proofsHold(journalOf(document)));
    expect(ok).toBe(true);
    expect(steps.map(step => step.step)).toEqual(['signature', 'coverage', 'chain', 'data', 'content']);
    for (const { detail } of steps) expect(detail).toMatch(/^\S.+\.$/);
  });

  test('proofs that do not hold, or are not there, fail it', async () => {
    expect(await failedSteps(await buildSigned(document, site, bundle), proofsFail)).toEqual(['proofs']);
    const without = await buildSigned(document, site);
    expect(await failedSteps(without, proofsHold(journalOf(document)))).toEqual(['journal']);
  });

  test('a document that names another key fails', async () => {
    const file = await buildSigned(sampleDocument(), site, bundle);
    expect(await failedSteps(file, proofsHold(journalOf(document)))).toEqual(['data']);
  });

  test('a training document says so', async () => {
    const file = await buildSigned({ ...document, training: true }, site, bundle);
    const { steps } = await verifyReportPdf(file, { caPem: site.caPem }, proofsHold(journalOf(document)));
    expect(steps.find(step => step.step === 'training')?.outcome).toBe('warning');
  });

  test.each([
    ['an empty file', ''],
    ['text', 'This is not a PDF.'],
    ['a PDF cut short', '%PDF-1.7\n1 0 obj <<'],
  ])('%s fails without throwing', async (_, content) => {
    expect(await failedSteps(Buffer.from(content), proofsFail)).toContain('signature');
  });
});
