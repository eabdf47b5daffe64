import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AsnConvert } from '@peculiar/asn1-schema';
import { TimeStampResp } from '@peculiar/asn1-tsp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signDetached } from '../../electron/features/reports/signing/cms.ts';
import {
  chainOf,
  finishReport,
  prepareReport,
  type StampedReport,
  signatureImprint,
} from '../../electron/features/reports/timestamps/stamp-pdf.ts';
import { openCms } from '../../shared/verify/pdf-cms.ts';
import { digestOf, findSignatures, signedParts } from '../../shared/verify/pdf-ranges.ts';
import { checkPdfSignature } from '../../shared/verify/pdf-signature.ts';
import { normalTimestamp, openTimestamp } from '../../shared/verify/timestamp-token.ts';
import { startTimeAuthority, type TimeAuthority } from '../support/time-authority.ts';
import { describeWithTools, runTool } from '../support/tools.ts';
import { buildSigned, createSite, type Site, writeTemporary } from './report-kit.ts';
import { sampleDocument } from './sample-document.ts';

describeWithTools('a time-stamped report, stamped by OpenSSL', ['openssl'], () => {
  let site: Site;
  let signed: Uint8Array;
  let authority: TimeAuthority;
  let stamped: StampedReport;

  /** A token as OpenSSL makes it. */
  const tokenFor = (imprint: Uint8Array, by = authority): Buffer => {
    const digest = Buffer.from(imprint).toString('hex');
    const query = join(by.folder, 'asked.tsq');
    expect(runTool('openssl', ['ts', '-query', '-digest', digest, '-sha256', '-cert', '-out', query]).status).toBe(0);
    const { timeStampToken } = AsnConvert.parse(by.stamp(readFileSync(query)), TimeStampResp);
    return Buffer.from(AsnConvert.serialize(timeStampToken));
  };

  const stamp = async (pdf: Uint8Array, by = authority): Promise<StampedReport> => {
    const root = new X509Certificate(by.rootPem);
    const imprint = signatureImprint(pdf);
    const first = normalTimestamp(tokenFor(imprint, by));
    const certificates = chainOf(first, imprint, root).map(({ raw }) => raw);
    const prepared = await prepareReport(pdf, first, { certificates, crls: [] });
    return finishReport(prepared, normalTimestamp(tokenFor(prepared.imprint, by)), by.rootPem);
  };

  const steps = async (file: Uint8Array) =>
    (await checkPdfSignature(file, { caPem: site.caPem, timestampCaPem: authority.rootPem })).steps;
  const failures = async (file: Uint8Array) =>
    (await steps(file)).filter(({ outcome }) => outcome === 'failed').map(({ step }) => step);

  beforeAll(async () => {
    site = await createSite();
    signed = await buildSigned(sampleDocument(), site);
    authority = await startTimeAuthority();
    stamped = await stamp(signed);
  });
  afterAll(() => authority.stop());

  test('holds, and says who saw it when', async () => {
    const found = await steps(stamped.pdf);
    expect(found.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
      'signature ok',
      'coverage ok',
      'chain ok',
      'timestamp ok',
      'timestamp ok',
    ]);
    expect(found.at(-1)?.detail).toContain('Example Time Stamps');
    expect(stamped.fileSha256).toBe(createHash('sha256').update(stamped.pdf).digest('hex'));
  });

  test('without a named authority it says which one to compare', async () => {
    const { steps: found, ok } = await checkPdfSignature(stamped.pdf, { caPem: site.caPem });
    expect(ok).toBe(true);
    const stamps = found.filter(({ step }) => step === 'timestamp');
    expect(stamps.map(({ outcome }) => outcome)).toEqual(['warning', 'warning']);
    expect(stamps[0]?.detail).toContain('Example Time Authority');
  });

  test('one flipped bit anywhere is noticed, inside the time stamps and their room too', async () => {
    const [first, second] = findSignatures(stamped.pdf);
    if (!first || !second) throw new Error('the report is signed and stamped');
    const tail = Array.from({ length: 40 }, (_, i) =>
      Math.floor(first.coveredEnd + ((stamped.pdf.length - first.coveredEnd) * (i + 0.5)) / 40),
    );
    const tokens = [first, second].flatMap(({ start, der }) =>
      Array.from({ length: 60 }, (_, i) => start + 1 + Math.floor((der.length * 2 * (i + 0.5)) / 60)),
    );
    for (const place of [...tail, ...tokens, first.end - 2, second.end - 2]) {
      const copy = Uint8Array.from(stamped.pdf);
      copy[place] = (copy[place] ?? 0) ^ 1;
      expect(`${place} ${(await failures(copy)).length > 0}`).toBe(`${place} true`);
    }
  });

  test('nothing else may stand behind the signature, however it is stamped', async () => {
    const longer = (more: string) => Buffer.concat([stamped.pdf, Buffer.from(more)]);
    expect(await failures(longer('\n'))).toEqual(['coverage']);
    const [first] = findSignatures(stamped.pdf);
    if (!first) throw new Error('the report is signed');
    const withPage = Buffer.concat([
      stamped.pdf.subarray(0, first.coveredEnd),
      Buffer.from('\n4 0 obj\n<< /Length 0 >>\nstream\n\nendstream\nendobj\n'),
      stamped.pdf.subarray(first.coveredEnd),
    ]);
    expect((await failures(withPage)).length).toBeGreaterThan(0);
    expect(await failures(stamped.pdf.subarray(0, first.coveredEnd))).toEqual([]);
  });

  test('the time stamp of another report does not fit', async () => {
    const other = await buildSigned(sampleDocument({ status: 'failed' }), site);
    const imprint = signatureImprint(other);
    const token = normalTimestamp(tokenFor(imprint));
    expect(() => openTimestamp(token, signatureImprint(signed))).toThrow('about something else');
    const prepared = await prepareReport(other, token, { certificates: [], crls: [] });
    await expect(finishReport(prepared, token, authority.rootPem)).rejects.toMatchObject({ code: 'report_failed' });
    await expect(prepareReport(stamped.pdf, token, { certificates: [], crls: [] })).rejects.toMatchObject({
      code: 'report_failed',
    });
  });

  test('an authority with RSA keys is good too, one that nobody named is not', async () => {
    const other = await startTimeAuthority({ key: 'rsa' });
    try {
      const { pdf } = await stamp(signed, other);
      expect((await checkPdfSignature(pdf, { timestampCaPem: other.rootPem })).ok).toBe(true);
      expect(await failures(pdf)).toEqual(['timestamp', 'timestamp']);
      const imprint = signatureImprint(signed);
      const token = normalTimestamp(tokenFor(imprint, other));
      expect(() => chainOf(token, imprint, new X509Certificate(authority.rootPem))).toThrow('named on the Station');
    } finally {
      await other.stop();
    }
  });

  test('a certificate that is not for time stamping stamps nothing', async () => {
    const imprint = createHash('sha256').update('anything').digest();
    const signature = await signDetached(imprint, site.signer);
    expect(() => normalTimestamp(signature)).toThrow('no time stamp');
    expect(() => openTimestamp(Buffer.from('nonsense'), imprint)).toThrow('cannot be read');
  });

  describeWithTools('read by others', ['pdfsig', 'certutil', 'qpdf', 'pdftotext'], () => {
    let folder: string;
    let file: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'stamped-'));
      file = writeTemporary(folder, 'report.pdf', stamped.pdf);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test('pdfsig finds the signature valid and trusted, and the time stamp over the whole document', () => {
      const store = `sql:${folder}/nss`;
      mkdirSync(`${folder}/nss`);
      runTool('certutil', ['-N', '-d', store, '--empty-password']);
      for (const [name, pem] of [
        ['site', site.caPem],
        ['time', authority.rootPem],
      ] as const)
        runTool('certutil', ['-A', '-d', store, '-n', name, '-t', ',C,', '-i', writeTemporary(folder, name, pem)]);
      const said = runTool('pdfsig', ['-nssdir', store, file]).output;
      expect(said).toContain('ETSI.CAdES.detached');
      expect(said).toContain('Signature Field Name: DocumentTimestamp');
      expect(said).not.toContain('Syntax Error');
      expect(said).toContain('Signature is Valid');
      expect(said).toContain('Certificate is Trusted');
      expect(said.match(/Total document signed/g)).toHaveLength(1);
    });

    test('qpdf finds a sound file that says what it said', () => {
      expect(runTool('qpdf', ['--check', file]).output).toContain('No syntax or stream encoding errors found');
      const before = writeTemporary(folder, 'before.pdf', signed);
      expect(runTool('pdftotext', [file, '-']).stdout).toBe(runTool('pdftotext', [before, '-']).stdout);
    });

    test('OpenSSL verifies both time stamps', () => {
      const [first, second] = findSignatures(stamped.pdf);
      if (!first || !second) throw new Error('the report is signed and stamped');
      const bare = openCms(first.der, digestOf(stamped.pdf, first));
      const stamps = [
        { token: bare.timestamp ?? Buffer.alloc(0), about: bare.signature },
        { token: second.der, about: Buffer.concat(signedParts(stamped.pdf, second)) },
      ];
      const root = writeTemporary(folder, 'root.pem', authority.rootPem);
      for (const { token, about } of stamps) {
        const data = writeTemporary(folder, 'about.bin', about);
        const given = writeTemporary(folder, 'token.der', token);
        const verify = ['ts', '-verify', '-data', data, '-in', given, '-token_in', '-CAfile', root];
        expect(runTool('openssl', verify).output).toContain('Verification: OK');
      }
    });
  });
});
