import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithTools } from '../support/tools.ts';
import { expectAccessible } from './support/accessibility.ts';
import { addUser, goTo, invitationOf, joinBench, setUp, technician } from './support/acts.ts';
import { type BenchProcess, startBenchProcess } from './support/bench-process.ts';
import { type BrowserBench, startBrowser } from './support/browser.ts';

const card = { badge: 'card 0042', pin: '135790' };

describeWithTools('people and their own account, in a browser', ['chromium'], () => {
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
    floor = await browser.openPage();
    await addUser(office, technician, 'Technician');
    await joinBench(floor, technician, await invitationOf(office, technician));
    await floor.getByRole('heading', { level: 1, name: 'Bench' }).waitFor();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await bench?.close();
  });

  const openMe = async (page: Page) => {
    await page.getByRole('link', { name: /^Me:/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Me' }).waitFor();
  };

  it('signs a technician in by badge and PIN, and says no more than that one of them is wrong', async () => {
    await openMe(floor);
    const keep = floor.getByRole('form', { name: 'Badge' });
    await keep.getByLabel('Badge').fill(card.badge);
    await keep.getByLabel('PIN').fill(card.pin);
    await keep.getByRole('button', { name: 'Keep this badge' }).click();
    await floor.getByText('A badge signs you in, with your PIN.').waitFor();
    await floor.getByRole('button', { name: 'Sign out' }).click();

    await floor.getByRole('button', { name: 'Badge and PIN' }).click();
    const form = floor.getByRole('form', { name: 'Sign in by badge' });
    // A reader ends with Enter, which leads to the PIN.
    await form.getByLabel('Badge').fill(card.badge);
    await form.getByLabel('Badge').press('Enter');
    await floor.keyboard.type('000001');
    await floor.keyboard.press('Enter');
    await floor.getByText('Badge or PIN is wrong.').waitFor();
    await form.getByRole('textbox', { name: 'PIN' }).fill(card.pin);
    await form.getByRole('button', { name: 'Sign in' }).click();
    await floor.getByRole('navigation', { name: 'Screens' }).waitFor();
    await openMe(floor);
    await floor.getByText(', by badge').waitFor();
  });

  it('gives people what is kept about them, and brings their wish to be forgotten before the admin', async () => {
    await floor.getByRole('button', { name: 'Ask to be forgotten' }).click();
    await floor.getByText('You asked to be forgotten on').waitFor();
    await expectAccessible(floor, 'Me');
    await goTo(office, 'Privacy');
    await office.getByRole('button', { name: `Look at ${technician.name}` }).waitFor();
    await expectAccessible(office, 'Privacy');

    await openMe(office);
    const [download] = await Promise.all([
      office.waitForEvent('download'),
      office.getByRole('button', { name: 'Save what is kept about me' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^about-me-.*\.json$/);
    expect(JSON.parse(await readFile(await download.path(), 'utf8'))).toMatchObject({ account: { role: 'admin' } });
  });

  it('takes the rules for accounts from an admin', async () => {
    await goTo(office, 'Users');
    const rules = office.getByRole('form', { name: 'Rules for accounts' });
    await rules.getByLabel('Minutes until an idle bench locks').fill('7');
    await rules.getByRole('button', { name: 'Save the rules' }).click();
    await rules.getByText(/^Decided on/).waitFor();
    await expectAccessible(office, 'Users');
    expect(browser.misdeeds.foreignRequests).toEqual([]);
  });
});
