import { afterEach, expect, test } from 'vitest';
import { erase, openJob } from '../support/job-steps.ts';
import { staff, startStation, type TestStation } from '../support/start-station.ts';

const benches: TestStation[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.close();
});

async function siteWithReport(seed: string) {
  const bench = await startStation({ seed });
  benches.push(bench);
  const { technician, auditor } = await staff(bench);
  const job = await erase(bench, technician, await openJob(bench, technician));
  const report = await technician['reports.issue']({ jobId: job.id, scope: 'master', variant: 'customer' });
  const { contentBase64 } = await technician['reports.download']({ reportId: report.id });
  const { pem } = await technician['reports.site_ca']();
  return { auditor, contentBase64, pem };
}

const failed = ({ steps }: { steps: { step: string; outcome: string }[] }) =>
  steps.filter(({ outcome }) => outcome === 'failed').map(({ step }) => step);

test('anybody signed in verifies a report of this site, and of another against what that site gave', async () => {
  const here = await siteWithReport('here');
  const there = await siteWithReport('there');
  const verify = here.auditor['reports.verify'];
  expect(await verify({ contentBase64: here.contentBase64, against: { kind: 'this_site' } })).toMatchObject({
    ok: true,
  });

  const foreign = await verify({ contentBase64: there.contentBase64, against: { kind: 'this_site' } });
  expect(foreign.ok).toBe(false);
  expect(failed(foreign)).toEqual(['chain']);
  const given = { kind: 'given', caPem: there.pem } as const;
  expect(await verify({ contentBase64: there.contentBase64, against: given })).toMatchObject({ ok: true });
  const unpinned = await verify({ contentBase64: there.contentBase64, against: { kind: 'given' } });
  expect(unpinned.steps.filter(({ outcome }) => outcome === 'warning').map(({ step }) => step)).toContain('chain');
});

test('what was changed, appended to or never was a report is not verified, and says why', async () => {
  const { auditor, contentBase64 } = await siteWithReport('altered');
  const verify = async (file: Buffer) =>
    auditor['reports.verify']({ contentBase64: file.toString('base64'), against: { kind: 'this_site' } });
  const file = Buffer.from(contentBase64, 'base64');
  const flipped = Buffer.from(file);
  flipped[2_000] = (flipped[2_000] ?? 0) ^ 1;
  const appended = Buffer.concat([file, Buffer.from('\n% a friendly note\n')]);
  const hostile = [Buffer.from('%PDF-1.7\n'), Buffer.alloc(100_000, 0x28), file.subarray(0, 20_000), flipped, appended];
  for (const bytes of hostile) {
    const result = await verify(bytes);
    expect(result.ok).toBe(false);
    expect(failed(result).length).toBeGreaterThan(0);
  }
  const bad = { kind: 'given', caPem: 'not a certificate' } as const;
  expect(failed(await auditor['reports.verify']({ contentBase64, against: bad }))).toEqual(['chain']);
});
