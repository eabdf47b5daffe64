import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithTools } from '../support/tools.ts';
import { expectAccessible } from './support/accessibility.ts';
import { goTo, setUp } from './support/acts.ts';
import { type BenchProcess, startBenchProcess } from './support/bench-process.ts';
import { type BrowserBench, startBrowser } from './support/browser.ts';

describeWithTools('check-lists in a browser', ['chromium'], () => {
  let bench: BenchProcess;
  let browser: BrowserBench;
  let office: Page;

  beforeAll(async () => {
    bench = await startBenchProcess();
    browser = await startBrowser(bench.address());
    office = await browser.openPage();
    await setUp(office);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await bench?.close();
  });

  it('an admin adds a measured step, retires another and publishes; a bad limit is refused with why', async () => {
    await goTo(office, 'Station');
    const card = office.getByRole('region', { name: 'Check-lists of the functional test' });
    await card.getByText('Edit and publish the next version').click();
    await card.getByRole('textbox', { name: 'Another step' }).fill('Battery health');
    await card.getByRole('button', { name: 'Add', exact: true }).click();
    await card.getByLabel('Battery health, at least').fill('eighty');
    await card.getByLabel('Battery health, unit').fill('%');
    await card.getByRole('button', { name: 'Publish version 2' }).click();
    await card.getByRole('alert').getByText('a plain number is wanted').waitFor();
    await card.getByLabel('Battery health, at least').fill('80');
    await card.getByRole('button', { name: 'Battery health up' }).click();
    await card.getByRole('button', { name: 'Retire Cellular' }).click();
    await expectAccessible(office, 'check-lists');
    await card.getByRole('button', { name: 'Publish version 2' }).click();
    await card.getByText('Version 2, published').waitFor();
    expect(await card.getByRole('listitem').allTextContents()).toContain('Battery health, 80 to … %');
    expect(browser.misdeeds).toEqual({ foreignRequests: [], complaints: [] });
  }, 120_000);
});
