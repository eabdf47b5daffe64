import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import { createFakeRandom } from '../../electron/drivers/random/random.fake.ts';
import { createFakeTokens, fakeModule } from '../../electron/drivers/token/token.fake.ts';
import { createNodeTokens } from '../../electron/drivers/token/token.node.ts';
import type { Tokens } from '../../electron/drivers/token/token.ts';
import { createSiteCa, issueStationCertificate } from '../../electron/features/reports/authority/site-ca.ts';
import type { Client } from '../../shared/client.ts';
import { verifyReportPdf } from '../../shared/verify/report-pdf.ts';
import { temporaryFolder, writeTemporary } from '../reports/report-kit.ts';
import { openJob } from '../support/job-steps.ts';
import { createSoftTokens, type SoftTokens, softTokenTools } from '../support/soft-token.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';
import { describeWithTools, runTool } from '../support/tools.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const pin = '246813';

async function site(seed: string, tokens: Tokens) {
  const memory = createMemoryKeystore();
  const secrets = new Map<string, string>();
  const keystore: typeof memory = {
    ...memory,
    async set(name, value) {
      secrets.set(name, value);
      await memory.set(name, value);
    },
    async delete(name) {
      secrets.delete(name);
      await memory.delete(name);
    },
  };
  const bench = await startStation({ seed, keystore, drivers: { tokens } });
  closing.push(() => bench.close());
  const { admin, technician } = await staff(bench);
  const job = await openJob(bench, technician);
  const report = async () => {
    const issued = await technician['reports.issue']({ jobId: job.id, scope: 'intake', variant: 'customer' });
    const { contentBase64 } = await technician['reports.download']({ reportId: issued.id });
    return Buffer.from(contentBase64, 'base64');
  };
  const states = async () =>
    (await technician['reports.list']({})).map(({ sequence, state }) => `${sequence} ${state}`).toReversed();
  return { bench, admin, technician, report, states, secrets };
}

const tokenActs = async (admin: Client) =>
  (await admin['journal.list']({ limit: 200 }))
    .filter(({ type, data }) => type === 'authority.changed' && String(data.act).startsWith('token'))
    .map(({ data }) => data)
    .toReversed();
const caOf = async (admin: Client) => (await admin['reports.site_ca']()).pem;
const isVerified = async (pdf: Uint8Array, caPem: string) => (await verifyReportPdf(pdf, { caPem })).ok;
/** Everything that could carry what nobody may read. */
const told = async ({ logged, events }: TestStation, admin: Client) =>
  JSON.stringify([logged, events, await admin['journal.list']({ limit: 200 }), await admin['authority.status']()]);

/** A certificate for a key, by an authority of somebody else. */
async function byAnother(csrPem: string, nowMs: number) {
  const random = createFakeRandom('another authority');
  const ca = await createSiteCa({ organisation: 'Customer', nowMs, random });
  return { issuerPem: ca.certificatePem, certificatePem: await issueStationCertificate({ ca, csrPem, nowMs, random }) };
}

describe('signing through a token', () => {
  async function withToken(seed: string) {
    const tokens = createFakeTokens();
    const token = tokens.plug({ label: 'site token', serial: 'a1b2', pin });
    const chosen = { modulePath: fakeModule, serial: 'a1b2', keyId: '01', pin };
    return { tokens, token, chosen, ...(await site(seed, tokens)) };
  }
  const own = { from: 'own' } as const;

  test('an admin finds token and key, and the own authority certifies it', async () => {
    const { bench, admin, report, chosen, secrets } = await withToken('own');
    const before = await report();
    expect(await admin['authority.token_modules']()).toEqual({ modules: [fakeModule] });
    expect(await admin['authority.tokens']({ modulePath: fakeModule })).toEqual({
      tokens: [{ label: 'site token', serial: 'a1b2', model: 'Fake token', tries: 'fine' }],
    });
    const { keys } = await admin['authority.token_keys']({ modulePath: fakeModule, serial: 'a1b2', pin });
    expect(keys).toMatchObject([{ id: '01', label: 'document key', certificate: null }]);
    expect(await admin['authority.use_token']({ ...chosen, certificate: own })).toMatchObject({
      station: { ownIssuer: true, state: 'good', token: { label: 'site token', pinRefused: false } },
    });
    const caPem = await caOf(admin);
    for (const pdf of [before, await report()]) expect(await isVerified(pdf, caPem)).toBe(true);
    expect(await tokenActs(admin)).toEqual([
      { act: 'token_chosen', serial: expect.any(String), certificate: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect([...secrets.values()].filter(value => value === pin)).toHaveLength(1);
    const everything = await told(bench, admin);
    for (const words of [pin, fakeModule]) expect(everything).not.toContain(words);
  });

  test('a certificate of another authority must be for this key, for documents, and by the authority given', async () => {
    const { bench, admin, report, chosen, token, tokens } = await withToken('given');
    const { csrPem } = await admin['authority.token_request'](chosen);
    const { certificatePem, issuerPem } = await byAnother(csrPem, bench.clock.now());
    const ofAnother = await byAnother((await admin['authority.request']()).csrPem, bench.clock.now());
    const use = (given: { certificatePem?: string; issuerPem?: string }, keyId = '01') =>
      admin['authority.use_token']({ ...chosen, keyId, certificate: { from: 'given', ...given } });
    const refusals = [
      [{ certificatePem: ofAnother.certificatePem, issuerPem: ofAnother.issuerPem }, 'does not belong to the key'],
      [{ certificatePem, issuerPem: await caOf(admin) }, 'not issued by'],
      [{ certificatePem }, 'authority is not on the token'],
      [{ issuerPem }, 'no certificate for this key'],
      [{ certificatePem: 'nonsense', issuerPem }, 'PEM'],
    ] as const;
    for (const [given, words] of refusals)
      await expect(use(given)).rejects.toMatchObject({ code: 'bad_input', message: expect.stringContaining(words) });
    await expect(use({ certificatePem, issuerPem }, '07')).rejects.toMatchObject({ code: 'bad_input' });
    expect((await admin['authority.status']()).station?.token).toBe(null);

    expect(await use({ certificatePem, issuerPem })).toMatchObject({ station: { issuer: 'Customer Report CA' } });
    expect(await isVerified(await report(), issuerPem)).toBe(true);
    token.keys.set('02', tokens.newKey('another key'));
    await expect(use({ certificatePem, issuerPem }, '02')).rejects.toMatchObject({ code: 'bad_input' });
    expect(await isVerified(await report(), issuerPem)).toBe(true);
  });

  test('a token that is away, or goes in between, makes the number void and says so; back, it signs again', async () => {
    const { admin, report, states, chosen, token, tokens } = await withToken('away');
    await admin['authority.use_token']({ ...chosen, certificate: own });
    token.plugged = false;
    await expect(report()).rejects.toMatchObject({
      code: 'token_unavailable',
      message: expect.stringContaining('Plug in'),
    });
    tokens.plug({ label: 'site token', serial: 'ffff', pin });
    await expect(report()).rejects.toMatchObject({ message: expect.stringContaining('there is another') });
    token.plugged = true;
    tokens.state.goesBeforeSigning = true;
    await expect(report()).rejects.toMatchObject({ message: expect.stringContaining('taken out') });
    tokens.state.goesBeforeSigning = false;
    tokens.state.installed = false;
    await expect(report()).rejects.toMatchObject({ message: expect.stringContaining('not on this computer') });
    tokens.state.installed = true;
    expect(await isVerified(await report(), await caOf(admin))).toBe(true);
    expect(await states()).toEqual(['1 void', '2 void', '3 void', '4 void', '5 issued']);
    // The stranger was never asked for its PIN.
    expect(tokens.asked).not.toContain('ffff');
  });

  test('another key under the same name is refused', async () => {
    const { admin, report, states, chosen, token, tokens } = await withToken('replaced');
    await admin['authority.use_token']({ ...chosen, certificate: own });
    token.keys.set('01', tokens.newKey('document key'));
    await expect(report()).rejects.toMatchObject({ message: expect.stringContaining('it was replaced') });
    token.keys.delete('01');
    await expect(report()).rejects.toMatchObject({ message: expect.stringContaining('not on the token any more') });
    expect(await states()).toEqual(['1 void', '2 void']);
  });

  test('a refused PIN is tried once, whoever asks how often, until an admin enters the right one', async () => {
    const { bench, admin, report, chosen, token, tokens, secrets } = await withToken('refused');
    await admin['authority.use_token']({ ...chosen, certificate: own });
    token.pin = '135792';
    tokens.asked.length = 0;
    for (const attempt of await Promise.allSettled([report(), report()]))
      expect(attempt).toMatchObject({ status: 'rejected', reason: { code: 'token_pin_refused' } });
    await expect(report()).rejects.toMatchObject({ code: 'token_pin_refused' });
    expect(tokens.asked).toHaveLength(1);
    expect([...secrets.values()]).not.toContain(pin);
    expect((await admin['authority.status']()).station?.token?.pinRefused).toBe(true);
    expect((await admin['health.get']()).warnings.join()).toContain('refused its PIN');

    await expect(admin['authority.token_pin']({ pin })).rejects.toMatchObject({ code: 'token_pin_refused' });
    await expect(admin['authority.token_pin']({ pin: '135792' })).rejects.toMatchObject({
      message: expect.stringContaining('one try'),
    });
    token.triesLeft = 3;
    await admin['authority.token_pin']({ pin: '135792' });
    expect(await isVerified(await report(), await caOf(admin))).toBe(true);
    expect((await tokenActs(admin)).map(({ act }) => act)).toEqual([
      'token_chosen',
      'token_pin_refused',
      'token_pin_entered',
    ]);
    expect(await told(bench, admin)).not.toContain('135792');
  });

  test('going back to a key of this bench takes the PIN out of the keystore', async () => {
    const { admin, report, chosen, tokens, secrets } = await withToken('back');
    await admin['authority.use_token']({ ...chosen, certificate: own });
    await admin['authority.renew']();
    expect((await admin['authority.status']()).station?.token).toBe(null);
    expect([...secrets.values()]).not.toContain(pin);
    tokens.asked.length = 0;
    expect(await isVerified(await report(), await caOf(admin))).toBe(true);
    expect(tokens.asked).toHaveLength(0);
    await expect(admin['authority.token_pin']({ pin })).rejects.toMatchObject({ code: 'conflict' });
  });

  test('only an admin who gave the password just now may choose it', async () => {
    const { bench, admin, technician, chosen } = await withToken('who');
    await expect(technician['authority.use_token']({ ...chosen, certificate: own })).rejects.toMatchObject({
      code: 'not_permitted',
    });
    await bench.clock.advance(3_600_000);
    await expect(admin['authority.use_token']({ ...chosen, certificate: own })).rejects.toMatchObject({
      code: 'step_up_needed',
    });
  });
});

describeWithTools(
  'signing through a token in software (SoftHSM)',
  [...softTokenTools, 'pdfsig', 'certutil', 'openssl'],
  () => {
    async function withToken(seed: string) {
      const soft: SoftTokens = createSoftTokens();
      closing.push(soft.remove);
      const serial = soft.add({ label: 'site token', pin });
      const { env, modulePath } = soft;
      const here = await site(seed, createNodeTokens({ env, platform: process.platform }));
      // The certificates of the outside tools begin today.
      here.bench.clock.stepWall(Date.now() - here.bench.clock.now() + 60_000);
      await here.admin['identity.step_up']({ password: passwords.admin });
      return { soft, chosen: { modulePath, serial, keyId: '01', pin }, ...here };
    }

    test('pdfsig and our verifier accept what it signs', async () => {
      const { bench, admin, report, chosen } = await withToken('pdfsig');
      await admin['authority.use_token']({ ...chosen, certificate: { from: 'own' } });
      const pdf = await report();
      const caPem = await caOf(admin);
      expect(await isVerified(pdf, caPem)).toBe(true);
      const folder = temporaryFolder();
      const store = `sql:${folder}/nss`;
      mkdirSync(`${folder}/nss`);
      runTool('certutil', ['-N', '-d', store, '--empty-password']);
      runTool('certutil', [
        '-A',
        '-d',
        store,
        '-n',
        'site',
        '-t',
        ',C,',
        '-i',
        writeTemporary(folder, 'ca.pem', caPem),
      ]);
      const said = runTool('pdfsig', ['-nssdir', store, writeTemporary(folder, 'report.pdf', pdf)]).output;
      for (const words of ['Signature is Valid', 'Certificate is Trusted', 'Total document signed'])
        expect(said).toContain(words);
      expect(await told(bench, admin)).not.toContain(pin);
    });

    test('openssl accepts the request, and its certificate is taken from the token', async () => {
      const { admin, report, chosen, soft } = await withToken('openssl');
      const folder = temporaryFolder();
      const at = (name: string) => join(folder, name);
      const openssl = (...args: string[]) => {
        const run = runTool('openssl', args);
        expect(run.status, run.output).toBe(0);
        return run.output;
      };
      const csr = writeTemporary(folder, 'csr.pem', (await admin['authority.token_request'](chosen)).csrPem);
      expect(openssl('req', '-in', csr, '-verify', '-noout', '-subject')).toMatch(
        /Bench 1[\s\S]*verify OK|verify OK[\s\S]*Bench 1/,
      );
      const newCa = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '900'];
      openssl(...newCa, '-subj', '/O=Customer/CN=Root', '-keyout', at('ca.key'), '-out', at('ca.pem'));
      const extensions = 'keyUsage=critical,digitalSignature,nonRepudiation\nextendedKeyUsage=1.3.6.1.5.5.7.3.36\n';
      const signing = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-days', '800', '-outform', 'der'];
      const ext = writeTemporary(folder, 'ext', extensions);
      openssl('x509', '-req', '-in', csr, ...signing, '-extfile', ext, '-out', at('der'));
      openssl('x509', '-in', at('ca.pem'), '-outform', 'der', '-out', at('ca.der'));
      soft.writeCertificate({ label: 'site token', pin, id: '01', file: at('der') });
      soft.writeCertificate({ label: 'site token', pin, id: 'ca', file: at('ca.der') });
      const { modulePath, serial } = chosen;
      const { keys } = await admin['authority.token_keys']({ modulePath, serial, pin });
      expect(keys).toMatchObject([{ id: '01', certificate: { subject: 'Bench 1', issuer: 'Root' } }]);
      await admin['authority.use_token']({ ...chosen, certificate: { from: 'given' } });
      const caPem = readFileSync(at('ca.pem'), 'utf8');
      expect(await isVerified(await report(), caPem)).toBe(true);
      const [entry] = await tokenActs(admin);
      const print = new X509Certificate(readFileSync(at('der'))).fingerprint256.replaceAll(':', '').toLowerCase();
      expect(entry?.certificate).toBe(print);
    });

    test('a wrong PIN, a replaced key and a token that is gone: void numbers, nothing signed, and then it goes on', async () => {
      const { admin, report, states, chosen, soft } = await withToken('faults');
      const wrong = admin['authority.use_token']({ ...chosen, pin: '000000', certificate: { from: 'own' } });
      await expect(wrong).rejects.toMatchObject({ code: 'token_pin_refused' });
      await admin['authority.use_token']({ ...chosen, certificate: { from: 'own' } });
      const tokens = join(soft.folder, 'tokens');
      renameSync(tokens, join(soft.folder, 'away'));
      mkdirSync(tokens);
      await expect(report()).rejects.toMatchObject({ code: 'token_unavailable' });
      rmSync(tokens, { recursive: true });
      renameSync(join(soft.folder, 'away'), tokens);
      await report();
      const key = { label: 'site token', pin, id: '01' };
      soft.dropKey(key);
      await expect(report()).rejects.toMatchObject({ message: expect.stringContaining('not on the token any more') });
      soft.makeKey(key);
      await expect(report()).rejects.toMatchObject({ message: expect.stringContaining('it was replaced') });
      expect(await states()).toEqual(['1 void', '2 issued', '3 void', '4 void']);
    });
  },
);
