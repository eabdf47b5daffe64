import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Client } from '../../shared/client.ts';
import { verifyReportPdf } from '../../shared/verify/report-pdf.ts';
import { temporaryFolder, writeTemporary } from '../reports/report-kit.ts';
import { openJob } from '../support/job-steps.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';
import { describeWithTools, runTool } from '../support/tools.ts';

const benches: TestStation[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.close();
});

async function site(seed: string) {
  const bench = await startStation({ seed });
  benches.push(bench);
  const { admin, technician } = await staff(bench);
  const job = await openJob(bench, technician);
  const report = async () => {
    const issued = await technician['reports.issue']({ jobId: job.id, scope: 'intake', variant: 'customer' });
    const { contentBase64 } = await technician['reports.download']({ reportId: issued.id });
    return Buffer.from(contentBase64, 'base64');
  };
  return { bench, admin, technician, report };
}

const isVerified = async (pdf: Uint8Array, caPem: string) => (await verifyReportPdf(pdf, { caPem })).ok;
const acts = async (admin: Client) =>
  (await admin['journal.list']({ limit: 100 }))
    .filter(({ type }) => type === 'authority.changed')
    .map(({ data }) => data.act)
    .toReversed();

describe('the authority of a site', () => {
  test('is made with the first report, renews the station’s certificate, and old reports stay good', async () => {
    const { admin, report } = await site('renewal');
    expect(await admin['authority.status']()).toMatchObject({ station: null, issued: [] });
    const [first, alsoFirst] = await Promise.all([report(), report()]);
    const before = await admin['authority.status']();
    expect(before).toMatchObject({ station: { ownIssuer: true, state: 'good' }, crl: { number: 1 } });
    expect(before.issued).toHaveLength(1);
    const after = await admin['authority.renew']();
    expect(after.station?.serial).not.toBe(before.station?.serial);
    expect(after.station?.issuerFingerprint).toBe(before.station?.issuerFingerprint);
    const second = await report();
    const { pem } = await admin['reports.site_ca']();
    for (const pdf of [first, alsoFirst, second]) expect(await isVerified(pdf, pem)).toBe(true);
    expect(await acts(admin)).toEqual(['created', 'renewed']);
  });

  test('gives another station its certificate by file, and takes it back', async () => {
    const head = await site('head office');
    const branch = await site('branch');
    const { csrPem, fileName } = await branch.admin['authority.request']();
    expect(fileName).toMatch(/\.csr\.pem$/);
    const { bundlePem } = await head.admin['authority.issue']({ csrPem });
    const [certificatePem = '', issuerPem = ''] =
      bundlePem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
    const [crlPem = ''] = bundlePem.match(/-----BEGIN X509 CRL-----[\s\S]+?-----END X509 CRL-----/) ?? [];
    const installed = await branch.admin['authority.install']({ certificatePem, issuerPem, crlPem });
    expect(installed).toMatchObject({ station: { ownIssuer: false, state: 'good' }, requested: false });
    const { pem } = await head.admin['reports.site_ca']();
    expect(pem.trim()).toBe(issuerPem.trim());
    expect(await isVerified(await branch.report(), pem)).toBe(true);

    const serial = installed.station?.serial ?? '';
    await head.admin['authority.revoke']({ serial });
    const { pem: newest } = await head.admin['authority.crl']();
    expect(await branch.admin['authority.import_crl']({ crlPem: newest })).toMatchObject({
      station: { state: 'revoked' },
    });
    await expect(branch.report()).rejects.toMatchObject({
      code: 'report_failed',
      message: expect.stringContaining('revoked'),
    });
    await expect(branch.admin['authority.import_crl']({ crlPem })).rejects.toMatchObject({ code: 'conflict' });
    await branch.admin['authority.renew']();
    expect((await branch.report()).subarray(0, 5).toString()).toBe('%PDF-');
    expect(await acts(branch.admin)).toEqual(['created', 'requested', 'installed', 'list_imported', 'renewed']);
    expect(await acts(head.admin)).toEqual(['created', 'issued', 'revoked']);
  });

  test('refuses what is not for this station, and says why', async () => {
    const head = await site('head');
    const branch = await site('branch 2');
    const { csrPem } = await branch.admin['authority.request']();
    const { bundlePem } = await head.admin['authority.issue']({ csrPem });
    const [certificatePem = '', issuerPem = ''] =
      bundlePem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
    const install = branch.admin['authority.install'];
    const { pem: otherCa } = await branch.admin['reports.site_ca']();
    const refusals = [
      [{ certificatePem: 'nonsense', issuerPem }, 'PEM'],
      [{ certificatePem: issuerPem, issuerPem }, 'last request'],
      [{ certificatePem, issuerPem: otherCa }, 'not issued by'],
      [{ certificatePem, issuerPem, crlPem: 'nonsense' }, 'revocation list'],
    ] as const;
    for (const [input, words] of refusals)
      await expect(install(input)).rejects.toMatchObject({
        code: 'bad_input',
        message: expect.stringContaining(words),
      });
    await expect(head.admin['authority.issue']({ csrPem: 'nonsense' })).rejects.toMatchObject({ code: 'bad_input' });
    await expect(head.admin['authority.revoke']({ serial: 'abcdef' })).rejects.toMatchObject({ code: 'not_found' });
    await branch.admin['authority.request']();
    await expect(install({ certificatePem, issuerPem })).rejects.toMatchObject({
      message: expect.stringContaining('last request'),
    });
  });

  test('warns before the key’s time is over, then signs no more; the number is void, not lost', async () => {
    const { bench, admin, technician, report } = await site('old key');
    const old = await report();
    bench.clock.stepWall(23 * 31 * 86_400_000);
    await admin['identity.step_up']({ password: passwords.admin });
    expect(await admin['authority.status']()).toMatchObject({ station: { state: 'soon' } });
    expect((await admin['health.get']()).warnings.join()).toContain('Reports can be signed until');
    bench.clock.stepWall(60 * 86_400_000);
    await admin['identity.step_up']({ password: passwords.admin });
    expect(await admin['authority.status']()).toMatchObject({ station: { state: 'over' } });
    await expect(report()).rejects.toMatchObject({ code: 'report_failed' });
    expect((await technician['reports.list']({})).map(({ sequence, state }) => [sequence, state])).toEqual([
      [2, 'void'],
      [1, 'issued'],
    ]);
    await admin['authority.renew']();
    const { pem } = await admin['reports.site_ca']();
    for (const pdf of [old, await report()]) expect(await isVerified(pdf, pem)).toBe(true);
  });
});

describeWithTools('certificates made by others', ['openssl'], () => {
  /** Authority and document certificate as a customer makes them; answers the PKCS#12 file and the authority. */
  function customer(options: { algorithm?: string[]; eku?: string; legacy?: boolean } = {}) {
    const folder = temporaryFolder();
    const at = (name: string) => join(folder, name);
    const key = options.algorithm ?? ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    const openssl = (...args: string[]) => {
      const run = runTool('openssl', args);
      if (run.status !== 0) throw new Error(run.output);
    };
    const subject = (name: string) => ['-subj', `/O=Customer/CN=${name}`];
    openssl(
      'req',
      '-x509',
      '-newkey',
      ...key,
      '-nodes',
      '-days',
      '3650',
      ...subject('Customer Root'),
      '-keyout',
      at('ca.key'),
      '-out',
      at('ca.pem'),
    );
    openssl('req', '-newkey', ...key, '-nodes', ...subject('Bench 7'), '-keyout', at('key'), '-out', at('csr'));
    const extensions = `basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\nextendedKeyUsage=${options.eku ?? '1.3.6.1.5.5.7.3.36'}\n`;
    writeTemporary(folder, 'ext', extensions);
    openssl(
      'x509',
      '-req',
      '-in',
      at('csr'),
      '-CA',
      at('ca.pem'),
      '-CAkey',
      at('ca.key'),
      '-days',
      '1000',
      '-extfile',
      at('ext'),
      '-out',
      at('pem'),
    );
    const legacy = options.legacy
      ? ['-legacy', '-certpbe', 'PBE-SHA1-RC2-40', '-keypbe', 'PBE-SHA1-3DES', '-macalg', 'SHA1']
      : [];
    openssl(
      'pkcs12',
      '-export',
      ...legacy,
      '-inkey',
      at('key'),
      '-in',
      at('pem'),
      '-certfile',
      at('ca.pem'),
      '-passout',
      'pass:naïve pässword',
      '-out',
      at('p12'),
    );
    return { contentBase64: readFileSync(at('p12')).toString('base64'), caPem: readFileSync(at('ca.pem'), 'utf8') };
  }
  const password = 'naïve pässword';

  // The certificates begin today, so these benches work in the present.
  async function siteToday(seed: string) {
    const here = await site(seed);
    here.bench.clock.stepWall(Date.now() - here.bench.clock.now() + 60_000);
    await here.admin['identity.step_up']({ password: passwords.admin });
    return here;
  }

  test('a customer’s own key and certificate sign the reports', async () => {
    const { admin, report } = await siteToday('own pki');
    const { contentBase64, caPem } = customer();
    const wrong = admin['authority.import_pkcs12']({ contentBase64, password: 'wrong' });
    await expect(wrong).rejects.toMatchObject({ code: 'bad_input', message: expect.stringContaining('password') });
    expect(await admin['authority.import_pkcs12']({ contentBase64, password })).toMatchObject({
      station: { subject: 'Bench 7', issuer: 'Customer Root', ownIssuer: false },
      crl: null,
    });
    expect(await isVerified(await report(), caPem)).toBe(true);
  });

  test('what cannot sign reports is refused with the reason, and nothing changes', async () => {
    const { admin, report } = await siteToday('refused');
    await report();
    const before = await admin['authority.status']();
    const refusals = [
      [customer({ algorithm: ['rsa:2048'] }), 'P-256'],
      [customer({ eku: 'serverAuth' }), 'signing documents'],
      [customer({ legacy: true }), 'old encryption'],
      [{ contentBase64: Buffer.from('not a file').toString('base64') }, 'PKCS#12'],
    ] as const;
    for (const [{ contentBase64 }, words] of refusals)
      await expect(admin['authority.import_pkcs12']({ contentBase64, password })).rejects.toMatchObject({
        code: 'bad_input',
        message: expect.stringContaining(words),
      });
    expect(await admin['authority.status']()).toEqual(before);
  });

  test('openssl accepts our revocation list and our certificates', async () => {
    const { admin, report } = await siteToday('openssl');
    await report();
    const { station } = await admin['authority.status']();
    await admin['authority.revoke']({ serial: station?.serial ?? '' });
    const folder = temporaryFolder();
    const ca = writeTemporary(folder, 'ca.pem', (await admin['reports.site_ca']()).pem);
    const crl = writeTemporary(folder, 'crl.pem', (await admin['authority.crl']()).pem);
    expect(runTool('openssl', ['crl', '-in', crl, '-CAfile', ca, '-verify', '-noout']).output).toContain('verify OK');
    const text = runTool('openssl', ['crl', '-in', crl, '-text', '-noout']).stdout.toLowerCase().replaceAll('0x', '');
    expect(text).toContain(station?.serial.slice(2));
  });
});
