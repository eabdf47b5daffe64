import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { textsOf } from '../../electron/features/reports/document/languages/index.ts';
import { checkLogo } from '../../electron/features/reports/pdf/picture.ts';
import { ReportLanguage } from '../../shared/reports.ts';
import { openPdf } from '../../shared/verify/pdf-attachments.ts';
import { describeWithTools, runTool } from '../support/tools.ts';
import { buildUnsigned, temporaryFolder, writeTemporary } from './report-kit.ts';
import { sampleDocument, sampleStatuses } from './sample-document.ts';

const logo = new Uint8Array(readFileSync(join(import.meta.dirname, '../../resources/icons/128x128.png')));
const squeezed = (text: string) => text.normalize('NFKC').replace(/\s+/g, '');

function textOf(pdf: Uint8Array): string {
  return squeezed(runTool('pdftotext', ['-layout', writeTemporary(temporaryFolder(), 'r.pdf', pdf), '-']).stdout);
}

describeWithTools('a report in another language', ['pdftotext'], () => {
  test.each(ReportLanguage.options)(
    '%s: says the status, the open points and the page in its own words',
    async language => {
      const texts = textsOf[language];
      for (const status of sampleStatuses) {
        const text = textOf(
          await buildUnsigned(sampleDocument({ status, variant: 'internal' }), { look: { language } }),
        );
        const { headline, explanation } = texts.status[status ?? 'none'];
        const wanted = [
          texts.title[status ?? 'none'],
          headline,
          explanation,
          texts.notCheckedIntro,
          texts.section.notes,
        ];
        for (const words of wanted) expect(text).toContain(squeezed(words));
        if (language !== 'en') expect(text).not.toContain(squeezed('This document says nothing'));
      }
    },
  );

  test('writes dates and numbers as its readers do', async () => {
    const wanted = { en: '23 Nov 2026', de: '23. Nov. 2026', fr: '23 nov. 2026', ja: '2026年11月23日' };
    for (const [language, date] of Object.entries(wanted)) {
      const look = { language: ReportLanguage.parse(language) };
      const text = textOf(await buildUnsigned(sampleDocument(), { look }));
      expect(text).toContain(squeezed(date));
      expect(text).toContain(language === 'en' || language === 'ja' ? '1.98A' : '1,98A');
    }
  });

  test('signs the same data in every language, and names the language', async () => {
    const data = await Promise.all(
      ReportLanguage.options.map(async language => {
        const pdf = await buildUnsigned(sampleDocument(), { look: { language } });
        expect(Buffer.from(pdf).includes(`/Lang (${language})`), language).toBe(true);
        return Buffer.from((await openPdf(pdf)).attachments.get('report.json') ?? []).toString('utf8');
      }),
    );
    expect(new Set(data).size).toBe(1);
  });
});

describe('pictures of evidence', () => {
  const [piece] = sampleDocument({ variant: 'internal' }).devices[0]?.evidence ?? [];
  const document = sampleDocument({ variant: 'internal' });

  test('stand in the internal copy with the beginning of their hash; a damaged one is left out', async () => {
    const pictures = [{ evidence: piece?.id ?? '', bytes: logo }];
    const pdf = Buffer.from(await buildUnsigned(document, { pictures }));
    expect(pdf.includes('/Subtype /Image')).toBe(true);
    expect(pdf.equals(Buffer.from(await buildUnsigned(document, { pictures })))).toBe(true);
    const damaged = [{ evidence: piece?.id ?? '', bytes: logo.slice(0, 100) }];
    expect(Buffer.from(await buildUnsigned(document, { pictures: damaged })).includes('/Subtype /Image')).toBe(false);
  });
});

describe('the letterhead', () => {
  test('carries a logo, an address and a colour, and stays the same to the byte', async () => {
    const look = { logo, accent: '#1a4f8b' };
    const pdf = Buffer.from(await buildUnsigned(sampleDocument(), { look }));
    expect(pdf.equals(Buffer.from(await buildUnsigned(sampleDocument(), { look })))).toBe(true);
    expect(pdf.includes('/Subtype /Image')).toBe(true);
    expect(Buffer.from(await buildUnsigned(sampleDocument())).includes('/Subtype /Image')).toBe(false);
  });

  test('refuses what is no picture, is damaged, or claims to be huge', async () => {
    const cut = logo.slice(0, 200);
    const huge = Buffer.from(logo);
    huge.writeUInt32BE(100_000, 16);
    for (const bytes of [new TextEncoder().encode('<svg onload="x"/>'), cut, huge, new Uint8Array(0)])
      await expect(checkLogo(bytes)).rejects.toMatchObject({ code: 'bad_input' });
    expect(await checkLogo(logo)).toEqual({ width: 128, height: 128 });
  });
});
