import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Report } from '../../shared/reports.ts';
import { verifyReportPdf } from '../../shared/verify/report-pdf.ts';
import { erase, openJob } from '../support/job-steps.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';
import { startTimeAuthority, type TimeAuthority } from '../support/time-authority.ts';
import { describeWithTools } from '../support/tools.ts';
import { untilDone } from '../support/until.ts';

describeWithTools('time stamps from an authority that is OpenSSL', ['openssl'], () => {
  let authority: TimeAuthority;
  let bench: TestStation;
  beforeAll(async () => {
    authority = await startTimeAuthority();
  });
  afterAll(() => authority.stop());
  afterEach(async () => {
    authority.answer(null);
    await bench.close();
  });

  const soon = (holds: () => Promise<boolean>) =>
    untilDone(async () => {
      if (!(await holds())) throw new Error('not yet');
    });

  async function open() {
    bench = await startStation();
    const people = await staff(bench);
    const job = await erase(bench, people.technician, await openJob(bench, people.technician));
    const issue = () => people.technician['reports.issue']({ jobId: job.id, scope: 'reset', variant: 'customer' });
    const configure = async (url = authority.url, authorityPem = authority.rootPem) => {
      await people.admin['identity.step_up']({ password: passwords.admin });
      return people.admin['timestamps.configure']({ service: { url, authorityPem } });
    };
    const find = async ({ id }: Report) => (await people.admin['reports.list']({})).find(each => each.id === id);
    const stamped = async (report: Report): Promise<Report> => {
      await soon(async () => (await find(report))?.stampedAt != null);
      return (await find(report)) ?? report;
    };
    const download = async ({ id }: Report) =>
      Buffer.from((await people.admin['reports.download']({ reportId: id })).contentBase64, 'base64');
    return { ...people, job, issue, configure, stamped, find, download };
  }

  test('a report is issued at once and stamped by itself; anybody can check who saw it when', async () => {
    const { admin, issue, configure, stamped, download } = await open();
    const before = await issue();
    expect(before.stampedAt).toBeNull();
    expect(await configure()).toMatchObject({ service: { authority: 'Example Time Root' }, failure: null });
    const old = await stamped(before);
    expect(old.sha256).not.toBe(before.sha256);
    const report = await stamped(await issue());

    const file = await download(report);
    const site = await admin['reports.site_ca']();
    const outside = await verifyReportPdf(file, { caPem: site.pem, timestampCaPem: authority.rootPem });
    expect(outside.steps.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(outside.steps.filter(({ step }) => step === 'timestamp').map(({ outcome }) => outcome)).toEqual([
      'ok',
      'ok',
    ]);
    const here = await admin['reports.verify']({
      contentBase64: file.toString('base64'),
      against: { kind: 'this_site' },
    });
    expect(here.steps.filter(({ step }) => step === 'timestamp').map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);

    const entries = (await admin['journal.list']({ limit: 50 })).filter(({ type }) => type === 'report.timestamped');
    expect(entries.map(({ data }) => data)).toEqual(
      expect.arrayContaining([expect.objectContaining({ sequence: report.sequence, fileSha256: report.sha256 })]),
    );
    expect(await admin['timestamps.status']()).toMatchObject({ waiting: 0, last: report.stampedAt, failure: null });
    expect(authority.lists()).toBeGreaterThan(0);
  });

  test('a service that is away or talks nonsense holds nothing up, is told, and is asked again', async () => {
    const { admin, issue, configure, stamped, find } = await open();
    await configure();
    const nonsense = [
      { status: 200, type: 'text/html', body: Buffer.from('<html>Please sign in</html>') },
      { status: 503, type: 'text/plain', body: Buffer.from('later') },
      { status: 200, type: 'application/timestamp-reply', body: Buffer.from('nonsense') },
      { status: 200, type: 'application/timestamp-reply', body: Buffer.alloc(300_000) },
    ];
    for (const [index, reply] of nonsense.entries()) {
      authority.answer(() => reply);
      const asked = authority.asked();
      if (index === 0) await issue();
      else await bench.clock.advance(3_600_000);
      await soon(async () => authority.asked() > asked);
      await soon(async () => (await admin['timestamps.status']()).failure !== null);
    }
    const [report] = await admin['reports.list']({});
    if (!report) throw new Error('a report was issued');
    expect((await find(report))?.state).toBe('issued');
    expect((await admin['health.get']()).warnings.join()).toContain('wait for their time stamps');
    authority.answer(null);
    await bench.clock.advance(3_600_000);
    await stamped(report);
    expect((await admin['timestamps.status']()).failure).toBeNull();
  });

  test('the answer to another question is refused, and so is another authority', async () => {
    const { admin, configure } = await open();
    let first: Buffer | null = null;
    authority.answer(query => {
      first ??= authority.stamp(query);
      return { status: 200, type: 'application/timestamp-reply', body: first };
    });
    await configure();
    await expect(configure()).rejects.toMatchObject({ code: 'server_refused' });
    authority.answer(null);
    const { pem } = await admin['reports.site_ca']();
    await expect(configure(authority.url, pem)).rejects.toMatchObject({ code: 'server_refused' });
    await expect(configure('http://127.0.0.1:9')).rejects.toMatchObject({ code: 'server_unreachable' });
    await expect(configure(authority.url, 'nonsense')).rejects.toMatchObject({ code: 'bad_input' });
    await expect(configure('file:///etc/passwd')).rejects.toMatchObject({ code: 'bad_input' });
  });

  test('a certificate that was revoked stamps nothing more', async () => {
    const { admin, issue, configure, stamped, find } = await open();
    await configure();
    await stamped(await issue());
    const other = await startTimeAuthority();
    try {
      await configure(other.url, other.rootPem);
      other.revoke();
      const report = await issue();
      await soon(async () => (await admin['timestamps.status']()).failure !== null);
      expect((await admin['timestamps.status']()).failure?.words).toContain('was revoked');
      expect((await find(report))?.stampedAt).toBeNull();
    } finally {
      await other.stop();
    }
  });

  test('the file that was replaced is deleted at the next start, the stamped one stays', async () => {
    const { issue, configure, stamped } = await open();
    await configure();
    const report = await stamped(await issue());
    const blobs = () => readdirSync(join(bench.dataDir, 'blobs')).length;
    const { dataDir, keystore } = bench;
    const held = blobs();
    await bench.station.close();
    bench = await startStation({ dataDir, keystore, seed: 'again' });
    expect(blobs()).toBe(held - 1);
    const admin = bench.connect('admin');
    await admin['identity.sign_in']({ name: 'Ada Admin', password: passwords.admin });
    const { contentBase64 } = await admin['reports.download']({ reportId: report.id });
    expect(contentBase64.length).toBeGreaterThan(1_000);
  });
});
