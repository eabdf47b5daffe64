import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithTools } from '../support/tools.ts';
import { expectAccessible } from './support/accessibility.ts';
import {
  addUser,
  completeIntake,
  decide,
  expectPlace,
  goTo,
  invitationOf,
  joinBench,
  openJob,
  panelOf,
  plugIn,
  setUp,
  setUpFactor,
  startErase,
  supervisor,
  technician,
} from './support/acts.ts';
import { type BenchProcess, startBenchProcess } from './support/bench-process.ts';
import { type BrowserBench, startBrowser } from './support/browser.ts';
import { makePng } from './support/picture.ts';

/** Words that do something where they are taken for markup. */
const markup = '<img src=x onerror="document.title=\'broken\'"><b>shredded</b> =1+1';
const title = 'Veriqko Bench';

/** Drags a picture onto a place and lets it go there. */
async function dropPicture(page: Page, target: Locator, picture: Buffer): Promise<void> {
  const dataTransfer = await page.evaluateHandle(base64 => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0));
    transfer.items.add(new File([bytes], 'photo.png', { type: 'image/png' }));
    return transfer;
  }, picture.toString('base64'));
  await target.dispatchEvent('dragover', { dataTransfer });
  await target.dispatchEvent('drop', { dataTransfer });
}

describeWithTools('looking at the work of others, in a browser', ['chromium'], () => {
  let bench: BenchProcess;
  let browser: BrowserBench;
  let office: Page;
  let floor: Page;
  let desk: Page;
  let supervisorCodes: string[];

  beforeAll(async () => {
    bench = await startBenchProcess();
    browser = await startBrowser(bench.address());
    office = await browser.openPage();
    await setUp(office);
    await goTo(office, 'Users');
    [floor, desk] = [await browser.openPage(), await browser.openPage()];
    await addUser(office, technician, 'Technician');
    await joinBench(floor, technician, await invitationOf(office, technician));
    await addUser(office, supervisor, 'Supervisor');
    await joinBench(desk, supervisor, await invitationOf(office, supervisor));
    supervisorCodes = await setUpFactor(desk);
    await desk.getByRole('heading', { level: 1, name: 'Bench' }).waitFor();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await bench?.close();
  });

  it('takes evidence with the camera, by dragging and from a file, and puts a better piece in the place of another', async () => {
    const tile = await plugIn(floor, 'that fails to erase');
    await openJob(floor, tile);
    await completeIntake(floor);
    await startErase(floor);
    await expectPlace(floor, 'Erase failed', 60_000);
    await floor.getByText('Request a manual bypass').click();
    const form = floor.getByRole('form', { name: 'Manual bypass' });
    await form.getByLabel('Why can the tool not erase it?').selectOption('physically_destroyed');
    await form.getByLabel('What was done instead?').fill(markup);
    await form.getByLabel('Caption of the evidence').fill('Before');
    await form.getByRole('button', { name: 'Take a picture' }).click();
    const camera = floor.getByRole('dialog', { name: 'Take a picture' });
    await camera.getByRole('button', { name: 'Take it' }).click();
    await camera.getByRole('button', { name: 'Use this picture' }).waitFor();
    await expectAccessible(floor, 'camera');
    await camera.getByRole('button', { name: 'Use this picture' }).click();
    await form.getByRole('img', { name: 'Before' }).waitFor();

    await form.getByLabel('Caption of the evidence').fill(markup);
    await dropPicture(floor, form.getByText('Add a picture, video or PDF as evidence'), makePng(1_600, 1_200));
    await form.getByRole('img', { name: markup }).waitFor();
    const small = await form.getByRole('img', { name: markup }).evaluate(image => {
      return image instanceof HTMLImageElement ? image.naturalWidth : 0;
    });
    expect(small).toBe(320);

    const section = panelOf(floor).locator('details').filter({ hasText: 'Check every file against the journal' });
    await section.locator('summary').first().click();
    await section.getByText('Put a better one in its place').first().click();
    const better = section.locator('details', { hasText: 'The better picture' }).first();
    await better.getByLabel('Caption of the evidence').fill('Before, sharp');
    await better
      .locator('input[type=file]')
      .setInputFiles({ name: 'sharp.png', mimeType: 'image/png', buffer: makePng(400, 300) });
    await section.getByText('Another piece took its place').waitFor();
    await section.getByRole('button', { name: 'Check every file against the journal' }).click();
    await expectAccessible(floor, 'evidence');
    await form.getByRole('button', { name: 'Request the bypass' }).click();
    await expectPlace(floor, 'Bypass requested');
    expect(await floor.title()).toBe(title);
  }, 120_000);

  it('shows the second person the case on one screen, and takes an approval back', async () => {
    await goTo(desk, 'Approvals');
    await desk.getByText('in the last 90 days: 1 bypass request, 0 approved').waitFor();
    await desk.getByText(markup).first().waitFor();
    await desk.getByRole('img', { name: 'Before, sharp' }).waitFor();
    await desk.getByRole('button', { name: 'Open “Before, sharp”' }).click();
    const view = desk.getByRole('dialog', { name: 'Before, sharp' });
    await view.getByRole('img', { name: 'Before, sharp' }).waitFor();
    await expectAccessible(desk, 'evidence in full');
    await desk.keyboard.press('Escape');
    await view.waitFor({ state: 'hidden' });
    await expectAccessible(desk, 'queue');
    await decide(desk, 'Approve', 'I have seen the shredded board.', {
      password: supervisor.password,
      code: supervisorCodes.shift() ?? '',
    });
    await desk.getByText('Decided 1').click();
    await desk.getByText('Revoke this approval').click();
    await desk.getByLabel('Why is it taken back?').fill('The board belonged to another device.');
    await expectAccessible(desk, 'revoke');
    await desk.getByRole('button', { name: 'Revoke the approval' }).click();
    await desk.getByText('Revoked before use').waitFor();
    await expectPlace(floor, 'Erase failed');
    expect(await desk.title()).toBe(title);
  }, 120_000);

  it('reports how the sampling covers the work, and who has access; an admin signs off', async () => {
    await goTo(desk, 'Reviews');
    await desk.getByRole('heading', { name: 'Coverage' }).waitFor();
    await expectAccessible(desk, 'coverage');
    await goTo(office, 'Reviews');
    await office.getByText('Access', { exact: true }).click();
    await office.getByRole('row').filter({ hasText: technician.name }).waitFor();
    await office.getByText('Nobody has signed off').waitFor();
    await expectAccessible(office, 'access review');
    const saving = office.waitForEvent('download');
    await office.getByRole('button', { name: 'Save as CSV' }).click();
    expect((await saving).suggestedFilename()).toMatch(/^access-review-.*\.csv$/);
    await office.getByRole('button', { name: 'I have looked at this: sign off' }).click();
    await office.getByText('Last signed off by admin').waitFor();
  }, 120_000);

  it('asked nothing of any other machine, broke no policy and logged no error', () => {
    expect(browser.misdeeds).toEqual({ foreignRequests: [], complaints: [] });
  });
});
