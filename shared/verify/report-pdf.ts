import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { ReportDocument } from '../report-document.ts';
import { type OpenedPdf, openPdf } from './pdf-attachments.ts';
import { keyFingerprint } from './pdf-certificate.ts';
import { compareWithJournal } from './pdf-journal.ts';
import { checkPdfSignature } from './pdf-signature.ts';
import { verifyProofBundle } from './proof.ts';
import { ProofBundle, type Verification, type VerificationStep } from './proof-bundle.ts';

/** What the person who verifies already trusts. Both can be left out; the answer then says what that leaves open. */
export type Pins = {
  /** Certificate of the issuing site's authority, PEM. */
  readonly caPem?: string;
  /** Certificate of the authority above the time stamps, PEM. */
  readonly timestampCaPem?: string;
  /** Verifier key of the fleet log. */
  readonly fleetVkey?: string;
};

/**
 * Verifies a report PDF without station or server: signature, coverage, chain, data, journal proofs, and that the
 * data is what the journal says. Never throws for a bad file: each step says in a sentence what holds and what does not.
 */
export async function verifyReportPdf(file: Uint8Array, pins: Pins): Promise<Verification> {
  const steps: VerificationStep[] = [];
  const signature = await checkPdfSignature(file, pins);
  steps.push(...signature.steps);
  if (!signature.intact) {
    steps.push({ step: 'data', outcome: 'skipped', detail: 'Nothing else was read: the file is not what was signed.' });
    return { ok: false, steps };
  }
  const pdf = await tryOpen(file, steps);
  const document = pdf && checkData(pdf, steps);
  if (document && signature.signer) checkKey(document, keyFingerprint(signature.signer), steps);
  if (document) checkJournal(document, pdf.attachments.get('journal-proof.json'), pins, steps);
  return { ok: steps.every(step => step.outcome !== 'failed'), steps };
}

async function tryOpen(file: Uint8Array, steps: VerificationStep[]): Promise<OpenedPdf | null> {
  try {
    return await openPdf(file);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    steps.push({ step: 'file', outcome: 'failed', detail: error.message });
    return null;
  }
}

function checkData(pdf: OpenedPdf, steps: VerificationStep[]): ReportDocument | null {
  const refuse = (detail: string) => {
    steps.push({ step: 'data', outcome: 'failed', detail });
    return null;
  };
  const json = pdf.attachments.get('report.json');
  if (!json) return refuse('The file does not carry report.json: it is not a report of Veriqko Bench.');
  const hash = createHash('sha256').update(json).digest('hex');
  if (hash !== pdf.jsonSha256) return refuse('report.json is not the file whose hash the document names.');
  const text = Buffer.from(json).toString('utf8');
  const parsed = ReportDocument.safeParse(tryJson(text));
  if (!parsed.success) return refuse('report.json does not hold the data of a report.');
  if (canonicalize(parsed.data) !== text) return refuse('report.json is not in its canonical form.');
  if (parsed.data.documentId !== pdf.documentId) return refuse('report.json belongs to another document.');
  steps.push({ step: 'data', outcome: 'ok', detail: `report.json (SHA-256 ${hash}) is the data of this document.` });
  if (parsed.data.training)
    steps.push({
      step: 'training',
      outcome: 'warning',
      detail: 'This is a training document: it says nothing about any real device.',
    });
  return parsed.data;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function checkKey(document: ReportDocument, fingerprint: string, steps: VerificationStep[]): void {
  if (document.issuer.keyFingerprint === fingerprint) return;
  steps.push({
    step: 'data',
    outcome: 'failed',
    detail: 'The document names another signing key than the one that signed it.',
  });
}

function checkJournal(
  document: ReportDocument,
  attached: Uint8Array | undefined,
  pins: Pins,
  steps: VerificationStep[],
): void {
  if (!attached) {
    steps.push({ step: 'journal', outcome: 'failed', detail: 'The journal entries it rests on are not attached.' });
    return;
  }
  const bundle = tryJson(Buffer.from(attached).toString('utf8'));
  const proven = verifyProofBundle(bundle, pins.fleetVkey === undefined ? {} : { fleetVkey: pins.fleetVkey });
  steps.push(...proven.steps);
  if (!proven.ok) return;
  if (!proven.logVkeys.includes(document.journal.logVkey) || !sameFleet(document, bundle))
    steps.push({
      step: 'content',
      outcome: 'failed',
      detail: 'The document names other journal keys than its proofs.',
    });
  else steps.push(...compareWithJournal(document, proven));
}

function sameFleet({ journal }: ReportDocument, bundle: unknown): boolean {
  return ProofBundle.parse(bundle).policy.fleetVkey === journal.fleetVkey;
}
