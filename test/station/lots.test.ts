import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readManifest } from '../../electron/features/customers/manifest.ts';
import type { Client } from '../../shared/client.ts';
import type { Job } from '../../shared/jobs.ts';
import { ReportDocument } from '../../shared/report-document.ts';
import { TableDocument } from '../../shared/table-document.ts';
import { openPdf } from '../../shared/verify/pdf-attachments.ts';
import { temporaryFolder, writeTemporary } from '../reports/report-kit.ts';
import { erase, openJob, testFunctions } from '../support/job-steps.ts';
import { staff, startStation, type TestStation } from '../support/start-station.ts';
import { describeWithTools, haveTool, runTool } from '../support/tools.ts';

const benches: TestStation[] = [];
let bench: TestStation;
afterEach(async () => {
  for (const each of benches.splice(0)) await each.close();
});

const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

async function withLot() {
  bench = await startStation();
  benches.push(bench);
  const people = await staff(bench);
  const customer = await people.supervisor['customers.add']({ name: 'Example Customer AB', reference: 'C-1180' });
  const lot = await people.supervisor['lots.open']({
    customerId: customer.id,
    name: 'LOT-17',
    order: 'PO-2026-118',
    mediaSource: 'Return pallet 17',
  });
  return { ...people, customer, lot };
}

/** Plugs a phone in and tells what the bench read of it. */
async function identified(client: Client) {
  const phone = await bench.plug();
  const device = (await client['devices.list']()).find(({ portPath }) => portPath === phone.portPath);
  if (!device) throw new Error('the phone is there');
  return device;
}

describe('a lot', () => {
  test('finds the devices of its manifest, names the missing and unexpected, and closes with a signed statement', async () => {
    const { admin, technician, supervisor, auditor, customer, lot } = await withLot();
    const first = await identified(technician);
    const second = await identified(technician);
    const csv = `IMEI;Model\n${first.identifiers.imei[0]};Phone A\n490154203237518;Phone never sent\n`;
    expect(await supervisor['lots.import']({ lotId: lot.id, contentBase64: base64(csv) })).toMatchObject({
      expected: 2,
      received: 0,
      missing: 2,
    });
    const expectedJob = await technician['jobs.open']({ deviceId: first.id });
    expect(await technician['lots.of_job']({ jobId: expectedJob.id })).toMatchObject({
      id: lot.id,
      received: 1,
      missing: 1,
    });
    const strayJob = await technician['jobs.open']({ deviceId: second.id });
    expect(await technician['lots.of_job']({ jobId: strayJob.id })).toBeNull();
    const detail = await technician['lots.assign']({ jobId: strayJob.id, lotId: lot.id });
    expect(detail).toMatchObject({ unexpected: 1, missingItems: [{ identifiers: ['490154203237518'] }] });

    const report = await technician['reports.issue']({ jobId: expectedJob.id, scope: 'intake', variant: 'customer' });
    const { contentBase64 } = await technician['reports.download']({ reportId: report.id });
    const json = (await openPdf(Buffer.from(contentBase64, 'base64'))).attachments.get('report.json') ?? [];
    expect(ReportDocument.parse(JSON.parse(Buffer.from(json).toString('utf8')))).toMatchObject({
      customer: { name: 'Example Customer AB', reference: 'C-1180' },
      order: 'PO-2026-118',
      lot: 'LOT-17',
      devices: [{ mediaSource: 'Return pallet 17' }],
    });

    const count = async (filter: object) => (await admin['exports.count'](filter)).reports;
    expect([await count({ lot: lot.id }), await count({ customer: customer.id })]).toEqual([1, 1]);
    await technician['reports.issue']({ jobId: strayJob.id, scope: 'intake', variant: 'customer' });
    await technician['lots.assign']({ jobId: strayJob.id, lotId: null });
    expect([await count({ lot: lot.id }), await count({})]).toEqual([1, 2]);
    await technician['lots.assign']({ jobId: strayJob.id, lotId: lot.id });

    await expect(supervisor['lots.close']({ lotId: lot.id })).rejects.toMatchObject({ code: 'state_refused' });
    await expect(supervisor['lots.statement']({ lotId: lot.id })).rejects.toMatchObject({ code: 'state_refused' });
    for (const jobId of [expectedJob.id, strayJob.id])
      await technician['jobs.fail']({ jobId, reason: 'Water damage all through.' });
    expect(await supervisor['lots.close']({ lotId: lot.id })).toMatchObject({
      state: 'closed',
      missing: 1,
      unexpected: 1,
    });
    await expect(technician['lots.assign']({ jobId: strayJob.id, lotId: null })).rejects.toMatchObject({
      code: 'state_refused',
    });
    const statement = await supervisor['lots.statement']({ lotId: lot.id });
    const pdf = Buffer.from(statement.contentBase64, 'base64');
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    if (haveTool('pdftotext')) {
      const text = runTool('pdftotext', ['-layout', writeTemporary(temporaryFolder(), 'lot.pdf', pdf), '-']).stdout;
      for (const words of [
        'LOT-17',
        'Example Customer AB',
        expectedJob.ticket,
        '490154203237518',
        'Not announced',
        'Annex',
      ])
        expect(text).toContain(words);
    }

    const inGerman = await supervisor['lots.statement']({ lotId: lot.id, language: 'de' });
    const { attachments } = await openPdf(Buffer.from(inGerman.contentBase64, 'base64'));
    const table = TableDocument.parse(JSON.parse(Buffer.from(attachments.get('table.json') ?? []).toString('utf8')));
    expect(table).toMatchObject({ language: 'de', title: 'Los LOT-17' });
    expect(JSON.stringify(table)).not.toContain('announced');

    const entries = await supervisor['journal.list']({ limit: 50 });
    const printed = entries.filter(({ type }) => type === 'lot.statement_printed');
    expect(printed.map(({ data }) => data.language)).toEqual(['de', 'en']);
    const types = entries.map(({ type }) => type);
    for (const type of ['lot.closed', 'job.lot_assigned', 'lot.manifest_set', 'customer.added'])
      expect(types).toContain(type);
    const [seen] = await auditor['lots.list']();
    expect(seen?.customerName).toBe('E. C. A.');
    expect(JSON.stringify(await auditor['lots.get']({ lotId: lot.id }))).not.toContain('490154203237518');
    expect(await technician['customers.list']()).toMatchObject([{ id: customer.id }]);
  });

  test('its statement says of each device what became of it, and by which reports', async () => {
    const { technician, supervisor, lot } = await withLot();
    const put = async (job: Job) => {
      await technician['lots.assign']({ jobId: job.id, lotId: lot.id });
      return job;
    };
    const erased = await put(await erase(bench, technician, await openJob(bench, technician)));
    const failed = await put(await erase(bench, technician, await openJob(bench, technician, 'fails')));
    const untouched = await put(await openJob(bench, technician));
    await testFunctions(technician, erased.id);
    await supervisor['jobs.sign_off']({ jobId: erased.id });
    const issue = (job: Job, scope: 'reset' | 'master') =>
      technician['reports.issue']({ jobId: job.id, scope, variant: 'customer' });
    const [first, second, ofErase] = [
      await issue(erased, 'master'),
      await issue(erased, 'master'),
      await issue(erased, 'reset'),
    ];
    await technician['jobs.fail']({ jobId: failed.id, reason: 'Water damage all through.' });
    await supervisor['handover.give']({ jobId: untouched.id });
    await supervisor['lots.close']({ lotId: lot.id });

    const { contentBase64 } = await supervisor['lots.statement']({ lotId: lot.id });
    const { attachments } = await openPdf(Buffer.from(contentBase64, 'base64'));
    const json = Buffer.from(attachments.get('table.json') ?? []).toString('utf8');
    const table = TableDocument.parse(JSON.parse(json));
    const device = expect.stringMatching(/\w/);
    expect(table.rows).toEqual([
      [
        erased.ticket,
        device,
        erased.identifiers.imei[0],
        'Received',
        { text: 'Erased and verified', tone: 'good' },
        'No. 000003, No. 000002',
      ],
      [
        failed.ticket,
        device,
        failed.identifiers.imei[0],
        'Received',
        { text: 'Not erased – data may remain', tone: 'bad' },
        '–',
      ],
      [
        untouched.ticket,
        device,
        untouched.identifiers.imei[0],
        'Received',
        { text: expect.any(String), tone: 'open' },
        '–',
      ],
    ]);
    const [annex, , last] = table.annexes ?? [];
    const factOf = (label: string) => annex?.facts.find(fact => fact.label === label)?.value;
    expect(annex?.title).toContain(erased.ticket);
    expect(factOf('Serial number')).toBe(erased.identifiers.serial);
    expect(factOf('Technique')).toContain('simulated');
    expect(factOf('No. 000001')).toBe(`Full report (replaced), SHA-256 ${first.sha256}`);
    expect(factOf('No. 000002')).toBe(`Full report, SHA-256 ${second.sha256}`);
    expect(factOf('No. 000003')).toContain(String(ofErase.sha256));
    expect(last?.facts).toContainEqual({ label: 'State', value: 'Handed over' });
  });

  test('a device that comes a second time is double; a manifest that comes late sorts what is there', async () => {
    const { technician, supervisor, lot } = await withLot();
    const job = await openJob(bench, technician);
    await technician['lots.assign']({ jobId: job.id, lotId: lot.id });
    expect(await technician['lots.of_job']({ jobId: job.id })).toMatchObject({ expected: null, received: 1 });
    const serial = job.identifiers.serial ?? '';
    await supervisor['lots.import']({
      lotId: lot.id,
      contentBase64: base64(`serial,model\n${serial.toLowerCase()},X\n`),
    });
    expect(await technician['lots.of_job']({ jobId: job.id })).toMatchObject({
      expected: 1,
      missing: 0,
      unexpected: 0,
    });
    await technician['jobs.fail']({ jobId: job.id, reason: 'Does not charge at all.' });
    const again = await technician['jobs.open']({ deviceId: job.deviceId });
    expect(await technician['lots.of_job']({ jobId: again.id })).toMatchObject({ double: 1, missing: 0 });
  });

  test('of a forgotten customer keeps its numbers and says no name', async () => {
    const { admin, supervisor, customer, lot } = await withLot();
    await supervisor['lots.import']({ lotId: lot.id, contentBase64: base64('imei\n490154203237518\n') });
    await supervisor['lots.close']({ lotId: lot.id });
    await admin['privacy.forget']({ subject: customer.id });
    expect(await supervisor['lots.list']()).toMatchObject([{ customerName: null, lotName: null, state: 'closed' }]);
    await expect(supervisor['lots.open']({ customerId: customer.id, name: 'LOT-18' })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  test('is for supervisors and admins; bad manifests change nothing and name the rows', async () => {
    const { technician, supervisor, lot } = await withLot();
    await expect(technician['lots.open']({ customerId: lot.customerId, name: 'x' })).rejects.toMatchObject({
      code: 'not_permitted',
    });
    const refusals = [
      ['name\nfoo\n', 'first row must name'],
      ['imei\n', 'no device'],
      ['imei\n490154203237519\n', 'row 2'],
      ['imei,serial\n490154203237518,A123\n,\n356938035643809,A123\n', 'row 3 names a device that stands above'],
      ['PK\u0003\u0004 no archive', 'XLSX'],
    ] as const;
    for (const [text, words] of refusals)
      await expect(supervisor['lots.import']({ lotId: lot.id, contentBase64: base64(text) })).rejects.toMatchObject({
        code: 'bad_input',
        message: expect.stringContaining(words),
      });
    await expect(
      supervisor['lots.import']({ lotId: lot.id, contentBase64: Buffer.from([0xff, 0xfe, 0x41]).toString('base64') }),
    ).rejects.toMatchObject({ code: 'bad_input' });
    expect(await supervisor['lots.get']({ lotId: lot.id })).toMatchObject({ expected: null });
  });
});

describeWithTools('a manifest from a spreadsheet', ['zip'], () => {
  test('is read from XLSX, numbers included', async () => {
    const folder = temporaryFolder();
    const write = (name: string, text: string) => {
      const path = join(folder, name);
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, text);
    };
    const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
    const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
    const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
    const rels = 'http://schemas.openxmlformats.org/package/2006/relationships';
    write(
      '[Content_Types].xml',
      `${xml}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
    );
    write(
      '_rels/.rels',
      `${xml}<Relationships xmlns="${rels}"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    );
    write(
      'xl/workbook.xml',
      `${xml}<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="Lot" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    );
    write(
      'xl/_rels/workbook.xml.rels',
      `${xml}<Relationships xmlns="${rels}"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    );
    const text = (ref: string, value: string) => `<c r="${ref}" t="inlineStr"><is><t>${value}</t></is></c>`;
    write(
      'xl/worksheets/sheet1.xml',
      `${xml}<worksheet xmlns="${main}"><sheetData><row r="1">${text('A1', 'IMEI')}${text('B1', 'Model')}</row><row r="2"><c r="A2"><v>490154203237518</v></c>${text('B2', 'Phone A')}</row></sheetData></worksheet>`,
    );
    execFileSync('zip', ['-q', '-r', 'lot.xlsx', '.'], { cwd: folder });
    const { readFileSync } = await import('node:fs');
    expect(await readManifest(readFileSync(join(folder, 'lot.xlsx')))).toEqual([
      { identifiers: ['490154203237518'], model: 'Phone A' },
    ]);
  });
});
