import type { Client } from '../../shared/client.ts';
import type { Job } from '../../shared/jobs.ts';
import { ReportDocument } from '../../shared/report-document.ts';
import type { ReportScope, ReportVariant } from '../../shared/reports.ts';
import { decodeEntry } from '../../shared/tlog/entry.ts';
import { openPii } from '../../shared/tlog/pii.ts';
import { openPdf } from '../../shared/verify/pdf-attachments.ts';
import { ProofBundle } from '../../shared/verify/proof-bundle.ts';

/** A report as an outsider gets it: what it says, and every personal value that can be opened with it. */
export async function issued(client: Client, job: Job, scope: ReportScope, variant: ReportVariant) {
  const report = await client['reports.issue']({ jobId: job.id, scope, variant });
  const { contentBase64 } = await client['reports.download']({ reportId: report.id });
  const { attachments } = await openPdf(Buffer.from(contentBase64, 'base64'));
  const json = [...attachments].map(([, bytes]) => JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown);
  const document = json.map(value => ReportDocument.safeParse(value).data).find(found => found !== undefined);
  const bundle = json.map(value => ProofBundle.safeParse(value).data).find(found => found !== undefined);
  const [record] = document?.devices ?? [];
  if (!bundle || !record) throw new Error('the report lacks an attachment');
  const leaves = new Map(bundle.entries.map(e => [e.index, decodeEntry(Buffer.from(e.bytes, 'base64'))]));
  const opened = bundle.disclosures.map(({ index, slot, ct, key }) => {
    const { h, k } = leaves.get(index)?.pii[slot] ?? { h: '', k: '' };
    return openPii({ ct: Buffer.from(ct, 'base64'), key: Buffer.from(key, 'base64'), h, k });
  });
  return { report, record, leaves, opened: JSON.stringify(opened) };
}
