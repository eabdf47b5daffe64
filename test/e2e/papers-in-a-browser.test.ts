import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithTools } from '../support/tools.ts';
import { expectAccessible } from './support/accessibility.ts';
import { addUser, goTo, invitationOf, joinBench, openJob, panelOf, plugIn, setUp, technician } from './support/acts.ts';
import { type BenchProcess, startBenchProcess } from './support/bench-process.ts';
import { type BrowserBench, startBrowser } from './support/browser.ts';

const logo = join(import.meta.dirname, '../../resources/icons/64x64.png');

describeWithTools('what leaves the bench on paper', ['chromium'], () => {
  let bench: BenchProcess;
  let browser: BrowserBench;
  let office: Page;
  let floor: Page;

  beforeAll(async () => {
    bench = await startBenchProcess();
    browser = await startBrowser(bench.address());
    office = await browser.openPage();
    await setUp(office);
    await goTo(office, 'Users');
    await addUser(office, technician, 'Technician');
    await office.getByRole('cell', { name: technician.name, exact: true }).waitFor();
    const invitation = await invitationOf(office, technician);
    floor = await browser.openPage();
    await joinBench(floor, technician, invitation);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await bench?.close();
  });

  it('an admin sets letterhead and label printer; bad values are refused with what to do', async () => {
    await goTo(office, 'Station');
    const letterhead = office.getByRole('form', { name: 'Letterhead of reports' });
    await letterhead.getByLabel('Organisation').fill('Beispiel Aufbereitung GmbH');
    await letterhead.getByLabel('Address').fill('Musterstraße 1\n90402 Nürnberg');
    await letterhead.getByLabel('Language').selectOption({ label: 'Deutsch' });
    await letterhead.getByLabel('Colour', { exact: true }).fill('#ffff00');
    await letterhead.locator('input[type=file]').setInputFiles(logo);
    await letterhead.getByRole('img', { name: 'Logo on reports' }).waitFor();
    await letterhead.getByRole('button', { name: 'Save the letterhead' }).click();
    await letterhead.getByRole('alert').getByText('too light').waitFor();
    await letterhead.getByLabel('Colour', { exact: true }).fill('#1a4f8b');
    await letterhead.getByRole('button', { name: 'Save the letterhead' }).click();
    await letterhead.getByText('Reports from now on look like this.').waitFor();

    const labels = office.getByRole('form', { name: 'Labels' });
    await labels.getByLabel('Printer').selectOption({ label: 'On the network' });
    await labels.getByLabel('Address, and the port').fill('127.0.0.1:1');
    await labels.getByRole('button', { name: 'Save the labels' }).click();
    await labels.getByText('Saved.').waitFor();

    const service = office.getByRole('form', { name: 'Time stamping service' });
    await office.getByText('Choose a service').click();
    await service.getByLabel('Address of the service').fill('http://127.0.0.1:1/');
    await service.getByLabel('Certificate of the authority').fill('nonsense');
    await service.getByRole('button', { name: 'Try it and use it' }).click();
    await service.getByRole('alert').getByText('cannot be read').waitFor();
    await expectAccessible(office, 'station, letterhead, labels and time stamps');
  }, 60_000);

  it('a technician looks at the label, saves it, and is told what to do when the printer is away', async () => {
    await openJob(floor, await plugIn(floor, 'that behaves'));
    await panelOf(floor).getByText('Label', { exact: true }).click();
    const picture = panelOf(floor).getByRole('img', { name: /^Label of / });
    await picture.waitFor();
    await expect.poll(() => picture.evaluate(image => image.clientWidth)).toBeGreaterThan(100);
    const waiting = floor.waitForEvent('download');
    await panelOf(floor).getByRole('button', { name: 'Save as PDF' }).click();
    const bytes = await readFile(await (await waiting).path());
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    await panelOf(floor).getByRole('button', { name: 'Print the label' }).click();
    await panelOf(floor).getByRole('alert').getByText('cannot be reached').waitFor();
    await expectAccessible(floor, 'label');
  }, 60_000);

  it('a report is issued in the language of the letterhead, and verifies where it is dropped', async () => {
    await panelOf(floor)
      .getByText(/^Reports/)
      .click();
    await panelOf(floor).getByRole('button', { name: 'Issue the report' }).click();
    await panelOf(floor)
      .locator('.report-line')
      .getByText(/Deutsch/)
      .waitFor();
    await panelOf(floor)
      .getByRole('button', { name: /^PDF of report/ })
      .waitFor();

    const waiting = floor.waitForEvent('download');
    await panelOf(floor)
      .getByRole('button', { name: /^PDF of report/ })
      .click();
    const file = await (await waiting).path();
    await goTo(office, 'Reports');
    await office.getByText('Verify a report PDF').click();
    const drop = office.locator('.file-drop input[type=file]');
    await drop.setInputFiles(file);
    await office.getByRole('heading', { name: /: verified$/ }).waitFor();
    await drop.setInputFiles({
      name: 'other.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('%PDF-1.7 nothing'),
    });
    await office.getByRole('heading', { name: 'other.pdf: NOT VERIFIED' }).waitFor();
    await expectAccessible(office, 'reports, verifying');
  }, 60_000);

  it('an admin exports the reports as one encrypted archive and saves it', async () => {
    await office.getByText('Export reports as one archive').click();
    const form = office.getByRole('form', { name: 'Export' });
    await form.getByRole('button', { name: 'How many?' }).click();
    await form.getByText('1 reports').waitFor();
    await form.getByLabel('Password of the archive').fill('a passphrase of some length');
    await form.getByLabel('Who asks for it').fill('The customer, by letter.');
    await form.getByRole('button', { name: 'Start the export' }).click();
    const waiting = office.waitForEvent('download');
    await office.getByRole('button', { name: /^Save reports-/ }).click();
    const bytes = await readFile(await (await waiting).path());
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    await expectAccessible(office, 'reports, exporting');
  }, 60_000);

  it('a lot is opened with its manifest, and the job of the technician joins it', async () => {
    await goTo(office, 'Jobs');
    await office.getByText(/^Lots/).click();
    const form = office.getByRole('form', { name: 'New lot' });
    await form.getByLabel('Name of the customer').fill('Example Customer AB');
    await form.getByLabel('Lot', { exact: true }).fill('LOT-17');
    await form.getByRole('button', { name: 'Open the lot' }).click();
    await office.getByText('LOT-17 · Example Customer AB').waitFor();
    const manifest = {
      name: 'lot.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('imei,model\n490154203237518,Phone\n'),
    };
    await office.locator('.report-line .file-drop input').setInputFiles(manifest);
    await office.getByText('1 announced, 0 received, 1 missing').waitFor();
    await panelOf(floor).getByLabel('Lot', { exact: true }).selectOption({ label: 'LOT-17 · Example Customer AB' });
    await office.getByText('1 announced, 1 received, 1 missing, 1 not announced').waitFor();
    await expectAccessible(office, 'jobs, lots');
  }, 60_000);
});
