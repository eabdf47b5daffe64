import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { signReportPdf } from '../../electron/features/reports/signing/sign-report.ts';
import { findSignatures, signedParts } from '../../shared/verify/pdf-ranges.ts';
import { checkPdfSignature } from '../../shared/verify/pdf-signature.ts';
import { describeWithTools, runTool } from '../support/tools.ts';
import {
  buildSigned,
  buildUnsigned,
  createSite,
  issuedAtMs,
  type Site,
  temporaryFolder,
  writeTemporary,
} from './report-kit.ts';
import { sampleDocument } from './sample-document.ts';

let site: Site;
let signed: Uint8Array;
beforeAll(async () => {
  site = await createSite();
  signed = await buildSigned(sampleDocument(), site);
});

const failures = async (file: Uint8Array, caPem = site.caPem) => {
  const { steps } = await checkPdfSignature(file, { caPem });
  return steps.filter(step => step.outcome === 'failed').map(step => step.step);
};

function flip(file: Uint8Array, offset: number): Uint8Array {
  const copy = Uint8Array.from(file);
  copy[offset] = (copy[offset] ?? 0) ^ 1;
  return copy;
}

describe('the signature of a report', () => {
  test('holds, covers the whole file and leads to the authority of the site', async () => {
    expect(await failures(signed)).toEqual([]);
  });

  test('signing tells the hash of the signed bytes and of the file', async () => {
    const result = await signReportPdf(await buildUnsigned(sampleDocument()), site.signer, issuedAtMs);
    const [span] = findSignatures(result.pdf);
    if (!span) throw new Error('the report is signed');
    const hash = createHash('sha256');
    for (const part of signedParts(result.pdf, span)) hash.update(part);
    expect(result.signedSha256).toBe(hash.digest('hex'));
    expect(result.fileSha256).toBe(createHash('sha256').update(result.pdf).digest('hex'));
  });

  test('one flipped bit anywhere is noticed, also inside the room of the signature', async () => {
    const [span] = findSignatures(signed);
    if (!span) throw new Error('the report is signed');
    const places = Array.from({ length: 60 }, (_, i) => Math.floor((signed.length * (i + 0.5)) / 60));
    places.push(
      0,
      signed.length - 1,
      span.start - 1,
      span.start,
      span.start + 20,
      span.end - 1,
      span.end - 2,
      span.end,
    );
    for (const place of places)
      expect(`${place} ${(await failures(flip(signed, place))).length > 0}`).toBe(`${place} true`);
  });

  test('anything appended is not verified', async () => {
    const tails = ['\n', '% a comment\n', ['', '1 0 obj <<>> endobj', 'trailer <<>>', '%%EOF', ''].join('\n')];
    for (const tail of tails) expect(await failures(Buffer.concat([signed, Buffer.from(tail)]))).toEqual(['coverage']);
  });

  test('another authority of the same name does not count', async () => {
    const other = await createSite();
    expect(await failures(signed, other.caPem)).toEqual(['chain']);
  });

  test('without a named authority it says which one to compare', async () => {
    const { steps } = await checkPdfSignature(signed, {});
    const chain = steps.find(step => step.step === 'chain');
    expect(chain?.outcome).toBe('warning');
    expect(chain?.detail).toContain('SHA-256');
  });

  test('a file that is no PDF, or carries no signature, is not verified', async () => {
    expect(await failures(Buffer.from('hello'))).toEqual(['signature']);
    expect(await failures(await buildUnsigned(sampleDocument()))).toEqual(['signature']);
  });

  test.each([
    ['before its certificate', -2],
    ['after its 24 months', 731],
  ])('a station does not sign %s', async (_, days) => {
    const unsigned = await buildUnsigned(sampleDocument());
    await expect(signReportPdf(unsigned, site.signer, issuedAtMs + days * 86_400_000)).rejects.toMatchObject({
      code: 'report_failed',
    });
  });

  test('a signature that does not verify is not given out', async () => {
    const other = await createSite('Another Site');
    const crossed = { ...site.signer, sign: other.signer.sign };
    const unsigned = await buildUnsigned(sampleDocument());
    await expect(signReportPdf(unsigned, crossed, issuedAtMs)).rejects.toMatchObject({ code: 'report_failed' });
  });
});

describeWithTools('pdfsig with the authority imported', ['pdfsig', 'certutil'], () => {
  const check = (file: Uint8Array) => {
    const folder = temporaryFolder();
    const store = `sql:${folder}/nss`;
    mkdirSync(`${folder}/nss`);
    runTool('certutil', ['-N', '-d', store, '--empty-password']);
    const ca = writeTemporary(folder, 'ca.pem', site.caPem);
    runTool('certutil', ['-A', '-d', store, '-n', 'site', '-t', ',C,', '-i', ca]);
    return runTool('pdfsig', ['-nssdir', store, writeTemporary(folder, 'report.pdf', file)]).output;
  };

  test('says valid, trusted and total document signed', () => {
    const said = check(signed);
    expect(said).toContain('Signature is Valid');
    expect(said).toContain('Certificate is Trusted');
    expect(said).toContain('Total document signed');
    expect(said).toContain('ETSI.CAdES.detached');
  });

  test('does not say so after a flipped bit, and our verifier agrees about appended text', async () => {
    expect(check(flip(signed, Math.floor(signed.length / 4)))).not.toContain('Signature is Valid');
    const longer = Buffer.concat([signed, Buffer.from('\n% more\n')]);
    expect(check(longer)).toContain('Not total document signed');
    expect(await failures(longer)).toEqual(['coverage']);
  });
});

describeWithTools('openssl', ['openssl'], () => {
  test('verifies the signature as CAdES against the authority', () => {
    const folder = temporaryFolder();
    const [span] = findSignatures(signed);
    if (!span) throw new Error('the report is signed');
    const cms = writeTemporary(folder, 'signature.der', span.der);
    const content = writeTemporary(folder, 'content.bin', Buffer.concat(signedParts(signed, span)));
    const ca = writeTemporary(folder, 'ca.pem', site.caPem);
    const args = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', cms, '-content', content];
    const at = String(issuedAtMs / 1000);
    const run = runTool('openssl', [...args, '-CAfile', ca, '-purpose', 'any', '-attime', at, '-out', `${folder}/out`]);
    expect(run.output).toContain('CAdES Verification successful');
    expect(run.status).toBe(0);
  });

  test('reads certificate and revocation list as they were meant', () => {
    const folder = temporaryFolder();
    const station = writeTemporary(folder, 'station.der', site.signer.certificate);
    const text = runTool('openssl', ['x509', '-inform', 'DER', '-in', station, '-noout', '-text']).stdout;
    for (const part of ['CA:FALSE', 'Digital Signature, Non Repudiation', '1.3.6.1.5.5.7.3.36, E-mail Protection'])
      expect(text).toContain(part);
    expect(text).toMatch(/Not After : Nov 22 08:30:00 2041/);
    expect(text).toMatch(/Private Key Usage Period[\s\S]*Not After: Nov 22 08:30:00 2028/);
    const [crl] = site.validation.crls;
    if (!crl) throw new Error('the site has a revocation list');
    const ca = writeTemporary(folder, 'ca.pem', site.caPem);
    const list = writeTemporary(folder, 'list.crl', crl);
    const said = runTool('openssl', ['crl', '-inform', 'DER', '-in', list, '-CAfile', ca, '-noout', '-text']);
    expect(said.output).toContain('verify OK');
    expect(said.output).toContain('No Revoked Certificates');
  });
});

describeWithTools('qpdf and pdfdetach', ['qpdf', 'pdfdetach'], () => {
  test('find a sound file with report.json and its proofs attached', async () => {
    const folder = temporaryFolder();
    const proofBundle = {
      v: 1 as const,
      checkpoint: 'note',
      entries: [],
      disclosures: [],
      policy: { logVkey: 'key', witnessVkey: null, fleetVkey: null, fleet: null },
    };
    const path = writeTemporary(folder, 'report.pdf', await buildSigned(sampleDocument(), site, proofBundle));
    expect(runTool('qpdf', ['--check', path]).output).toContain('No syntax or stream encoding errors found');
    runTool('pdfdetach', ['-saveall', '-o', folder, path]);
    const json: unknown = JSON.parse(readFileSync(`${folder}/report.json`, 'utf8'));
    expect(json).toEqual(sampleDocument());
    expect(JSON.parse(readFileSync(`${folder}/journal-proof.json`, 'utf8'))).toEqual(proofBundle);
  });
});
