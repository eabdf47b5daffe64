import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createFakeRandom } from '../../electron/drivers/random/random.fake.ts';
import {
  createRevocationList,
  createSiteCa,
  createStationRequest,
  issueStationCertificate,
} from '../../electron/features/reports/authority/site-ca.ts';
import { createReportBuilder, type ReportInput } from '../../electron/features/reports/pdf/report-builder.ts';
import type { ValidationData } from '../../electron/features/reports/pdf/signature-field.ts';
import { signReportPdf } from '../../electron/features/reports/signing/sign-report.ts';
import { createPemSigner, type Signer } from '../../electron/features/reports/signing/signer.ts';
import type { ReportDocument } from '../../shared/report-document.ts';
import type { ProofBundle } from '../../shared/verify/proof-bundle.ts';

export const fontsDir = join(import.meta.dirname, '../../resources/fonts');
export const issuedAtMs = Date.parse('2026-11-23T09:30:00.000Z');
const dayMs = 86_400_000;

export type Site = { readonly caPem: string; readonly signer: Signer; readonly validation: ValidationData };

/** A site authority and one station certificate, made a day before the sample document is issued. */
export async function createSite(name = 'Example Refurbishing Ltd'): Promise<Site> {
  const random = createFakeRandom(name);
  const nowMs = issuedAtMs - dayMs;
  const ca = await createSiteCa({ organisation: name, nowMs, random });
  const stationId = '00000000-0000-4000-8000-000000000007';
  const { keyPem, csrPem } = await createStationRequest({ organisation: name, stationName: 'Bench 07', stationId });
  const certificatePem = await issueStationCertificate({ ca, csrPem, nowMs, random });
  const crl = await createRevocationList({ ca, nowMs, number: 1, revoked: [] });
  const signer = createPemSigner({ keyPem, certificatePem, chainPem: [ca.certificatePem] });
  return {
    caPem: ca.certificatePem,
    signer,
    validation: { certificates: [signer.certificate, ...signer.chain], crls: [crl] },
  };
}

const builder = () => createReportBuilder({ fontsDir });

export async function buildUnsigned(
  document: ReportDocument,
  options: {
    proofBundle?: ProofBundle;
    validation?: ValidationData;
    look?: Partial<ReportInput['look']>;
    pictures?: ReportInput['pictures'];
    with?: ReturnType<typeof builder>;
  } = {},
): Promise<Uint8Array> {
  const { pdf } = await (options.with ?? builder()).build({
    document,
    proofBundle: options.proofBundle ?? null,
    validation: options.validation ?? { certificates: [], crls: [] },
    pictures: options.pictures ?? [],
    look: { language: 'en', paper: 'a4', accent: null, logo: null, ...options.look },
  });
  return pdf;
}

export async function buildSigned(
  document: ReportDocument,
  site: Site,
  proofBundle?: ProofBundle,
): Promise<Uint8Array> {
  const options = { validation: site.validation, ...(proofBundle ? { proofBundle } : {}) };
  const { pdf } = await signReportPdf(await buildUnsigned(document, options), site.signer, issuedAtMs);
  return pdf;
}

/** A folder that goes away with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'veriqko-report-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function writeTemporary(folder: string, name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
