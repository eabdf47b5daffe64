import { readFileSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Verification } from '../verification.ts';
import { maxExportFileBytes, verifyJournalExport } from './journal-export.ts';
import { verifyProofBundle } from './proof.ts';
import { type Pins, verifyReportPdf } from './report-pdf.ts';
import { createSteps } from './steps.ts';

const maxFileBytes = 512 * 1024 * 1024;

/**
 * Verifies a report PDF, a proof bundle (JSON) or the folder of a journal export, whichever `path` is. Rejects for
 * nothing: what cannot be read is a failed step as well.
 */
export async function verifyPath(path: string, pins: Pins): Promise<Verification> {
  try {
    return await verifyKnown(path, statSync(path), pins);
  } catch (error) {
    return refuse(inWords(error));
  }
}

async function verifyKnown(path: string, stats: Stats, pins: Pins): Promise<Verification> {
  if (stats.isDirectory()) return verifyJournalExport(createReader(path), pins);
  if (!stats.isFile() || stats.size > maxFileBytes) return refuse('This is no file that can be verified.');
  const bytes = readFileSync(path);
  if (bytes.subarray(0, 1024).includes('%PDF-')) return verifyReportPdf(bytes, pins);
  const bundle = parse(bytes);
  if (bundle === null) return refuse('This is neither a report PDF nor a proof bundle nor a journal export.');
  return verifyProofBundle(bundle, pins);
}

function createReader(dir: string) {
  return (path: string): Buffer | null => {
    const file = join(dir, ...path.split('/'));
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats?.isFile() && stats.size <= maxExportFileBytes ? readFileSync(file) : null;
  };
}

function refuse(detail: string): Verification {
  const steps = createSteps();
  steps.fail('file', detail);
  return steps.verification();
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

function inWords(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT') return 'There is no such file or folder.';
  if (code === 'EACCES' || code === 'EPERM') return 'The file may not be read.';
  return `The file cannot be read: ${error instanceof Error ? error.message : 'unknown fault'}`;
}
