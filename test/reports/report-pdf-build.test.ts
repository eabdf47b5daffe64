import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createReportBuilder } from '../../electron/features/reports/pdf/report-builder.ts';
import { notChecked, ReportDocument } from '../../shared/report-document.ts';
import { describeWithTools, runTool } from '../support/tools.ts';
import { buildUnsigned, fontsDir, temporaryFolder, writeTemporary } from './report-kit.ts';
import { sampleDocument, sampleStatuses } from './sample-document.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('the unsigned report', () => {
  test('is the same to the byte, whatever was built before it', async () => {
    const builder = createReportBuilder({ fontsDir });
    const first = await buildUnsigned(sampleDocument(), { with: builder });
    for (const status of sampleStatuses)
      await buildUnsigned(sampleDocument({ status, customer: 'Ελληνικά και кириллица ffi' }), { with: builder });
    const again = await buildUnsigned(sampleDocument(), { with: builder });
    expect(sha256(again)).toBe(sha256(first));
    expect(sha256(await buildUnsigned(sampleDocument()))).toBe(sha256(first));
  });

  test('is the same to the byte when reports are asked for at once', async () => {
    const builder = createReportBuilder({ fontsDir });
    const documents = sampleStatuses.map(status => sampleDocument({ status }));
    const atOnce = await Promise.all(documents.map(document => buildUnsigned(document, { with: builder })));
    const alone = await Promise.all(documents.map(document => buildUnsigned(document)));
    expect(atOnce.map(sha256)).toEqual(alone.map(sha256));
  });

  test('a character no font has is refused and named', async () => {
    const document = sampleDocument({ customer: 'Customer \u{1F600}' });
    await expect(buildUnsigned(document)).rejects.toMatchObject({
      code: 'report_failed',
      message: expect.stringContaining('U+1F600'),
    });
  });

  test('data that hides a gap, a status or a bypass is refused', () => {
    const good = sampleDocument({ status: 'manual_bypass' });
    const [device] = good.devices;
    if (!device) throw new Error('the sample has a device');
    const refused = [
      { ...good, erasureStatus: 'erased_verified' },
      { ...good, devices: [{ ...device, notChecked: [] }] },
      { ...good, erasureStatus: 'erased_verified', devices: [{ ...device, erasureStatus: 'erased_verified' }] },
      { ...good, devices: [{ ...device, bypass: null }] },
    ];
    for (const document of refused) expect(ReportDocument.safeParse(document).success).toBe(false);
    expect(ReportDocument.safeParse(good).success).toBe(true);
  });

  test('everything absent is listed as not checked', () => {
    const [device] = sampleDocument({ status: null }).devices;
    expect(device?.notChecked).toEqual(
      expect.arrayContaining(['asset_tag', 'erasure', 'grade', 'lock_blacklist', 'sign_off', 'tests', 'verification']),
    );
    expect(device?.notChecked).not.toContain('lock_activation');
    if (!device) throw new Error('the sample has a device');
    const { notChecked: listed, ...parts } = device;
    expect(notChecked({ ...parts, locks: [] })).toEqual(expect.arrayContaining([...listed, 'lock_frp', 'lock_mdm']));
  });
});

describeWithTools('the text of a report', ['pdftotext', 'pdfinfo'], () => {
  const textOf = async (...args: Parameters<typeof buildUnsigned>) => {
    const folder = temporaryFolder();
    const path = writeTemporary(folder, 'report.pdf', await buildUnsigned(...args));
    return runTool('pdftotext', ['-layout', path, '-']).stdout;
  };

  test.each([
    ['erased_verified', 'Data erasure certificate', 'Erased and verified'],
    ['erased_with_exceptions', 'Data erasure report with exceptions', 'Erased, with exceptions'],
    ['manual_bypass', 'Manual sanitisation – not tool-verified', 'No erasure tool confirmed'],
    ['failed', 'Data erasure failed', 'Not erased – data may remain'],
    ['indeterminate', 'Data erasure indeterminate', 'Unknown – data may remain'],
    [null, 'Device report', 'No erasure was attempted'],
  ] as const)('%s reads "%s"', async (status, title, headline) => {
    const text = await textOf(sampleDocument({ status }));
    expect(text).toContain(title);
    expect(text).toContain(headline);
    expect(text).toContain('Page 1 of 2');
    if (status !== 'erased_verified') expect(text).not.toContain('Erased and verified');
  });

  test.each(['intake', 'reset', 'functional', 'qc'] as const)('a bypass keeps its title in scope %s', async scope => {
    const text = await textOf(sampleDocument({ status: 'manual_bypass', scope }));
    expect(text.split('Not checked')[0]).toContain('Manual sanitisation – not tool-verified');
  });

  test('nothing is claimed that the data does not hold', async () => {
    const silent = sampleDocument({
      alter: record => ({
        ...record,
        grade: null,
        erasure: record.erasure && { ...record.erasure, category: null, technique: null, standard: null },
      }),
    });
    const text = await textOf(silent);
    for (const word of ['Purge', 'IEEE', 'NIST', 'DoD', 'Clear (', 'Grade ']) expect(text).not.toContain(word);
    expect(text).toContain('sanitisation category');
  });

  test('training is said on every page', async () => {
    const text = await textOf(sampleDocument({ training: true }));
    const pages = text.split('\f').filter(page => page.trim() !== '');
    expect(pages.length).toBeGreaterThan(1);
    for (const page of pages) expect(page).toContain('Training document');
    expect(await textOf(sampleDocument())).not.toContain('Training');
  });

  test('evidence and notes are in the internal copy alone', async () => {
    expect(await textOf(sampleDocument({ variant: 'internal' }))).toContain('Arrived without its back cover.');
    const customer = await textOf(sampleDocument());
    expect(customer).not.toContain('Arrived without its back cover.');
    expect(customer).toContain('Customer copy');
  });

  test('sixty tests, a long name and a note of 5,000 characters break over pages and lose nothing', async () => {
    const note = Array.from({ length: 5000 / 10 }, (_, i) => `word${String(i).padStart(5, '0')}`)
      .join(' ')
      .slice(0, 5000);
    const document = sampleDocument({
      variant: 'internal',
      customer: `${'Long-named customer '.repeat(20)}end`,
      alter: record => {
        const [first] = record.tests;
        if (!first) throw new Error('the sample has tests');
        const tests = Array.from({ length: 60 }, (_, i) => ({ ...first, id: `step-${i}-of-60` }));
        return { ...record, tests, notes: record.notes.map(entry => ({ ...entry, text: note })) };
      },
    });
    const text = await textOf(document, { look: { paper: 'letter' } });
    const squeezed = text.replace(/\s+/g, ' ');
    for (let i = 0; i < 60; i++) expect(text).toContain(`step-${i}-of-60`);
    for (const word of note.split(' ')) expect(squeezed).toContain(word);
    expect(text.match(/Measured/g)?.length).toBeGreaterThan(1);
    const pages = text.split('\f').length - 1;
    expect(text).toContain(`Page ${pages} of ${pages}`);
  });

  test('names in other scripts come out as they went in', async () => {
    const names = {
      greek: 'Ελληνική Εταιρεία',
      cyrillic: 'ООО «Ромашка»',
      han: '深圳 华强北 电子',
      kana: 'リファービッシュ 会社',
      hebrew: 'חברת שיפוץ',
      arabic: 'شركة التجديد',
    };
    for (const [script, name] of Object.entries(names)) {
      const text = await textOf(sampleDocument({ customer: name }));
      const letters = (value: string) => [...value.normalize('NFKC').replace(/[\s\p{Cf}]/gu, '')].sort().join('');
      expect(`${script} ${letters(text)}`).toEqual(expect.stringContaining(script));
      const line = text.split('\n').find(each => each.includes('C-1180')) ?? '';
      for (const letter of new Set(letters(name))) expect(`${script}: ${letters(line)}`).toContain(letter);
    }
  });

  test('a lot has a table of devices and an annex for each', async () => {
    const text = await textOf(sampleDocument({ devices: 3 }));
    for (const ticket of ['B07-10000', 'B07-10001', 'B07-10002']) expect(text).toContain(`Device ${ticket}`);
  });

  test('says that it is tagged and what language it is in', async () => {
    const folder = temporaryFolder();
    const path = writeTemporary(folder, 'report.pdf', await buildUnsigned(sampleDocument()));
    const info = runTool('pdfinfo', [path]).stdout;
    expect(info).toMatch(/Tagged:\s+yes/);
    const structure = runTool('pdfinfo', ['-struct', path]).stdout;
    for (const role of ['H1', 'H2', 'Table', 'TH', 'TD', 'Figure', 'Form']) expect(structure).toContain(role);
    expect(runTool('pdfinfo', ['-meta', path]).stdout).toMatch(/pdfaid:part>3<[\s\S]*pdfaid:conformance>A</);
  });
});

describeWithTools('the code on a report', ['pdftoppm', 'zbarimg'], () => {
  test('holds the document id and the hash of report.json', async () => {
    const folder = temporaryFolder();
    const builder = createReportBuilder({ fontsDir });
    const document = sampleDocument();
    const { pdf, jsonSha256 } = await builder.build({
      document,
      proofBundle: null,
      validation: { certificates: [], crls: [] },
      pictures: [],
      look: { language: 'en', paper: 'a4', accent: null, logo: null },
    });
    const path = writeTemporary(folder, 'report.pdf', pdf);
    runTool('pdftoppm', ['-r', '150', '-png', '-f', '1', '-l', '1', path, `${folder}/page`]);
    const read = runTool('zbarimg', ['--quiet', '--raw', `${folder}/page-1.png`]).stdout.trim();
    const hash = Buffer.from(jsonSha256, 'hex').toString('base64url');
    expect(read).toBe(`veriqko:1:${document.documentId}:${hash}`);
  });
});
