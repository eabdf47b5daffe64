import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeWithTools } from '../support/tools.ts';
import { expectAccessible } from './support/accessibility.ts';
import {
  acceptNotice,
  addUser,
  admin,
  answerOnceAsIfPasswordWereOld,
  completeIntake,
  expectPlace,
  goTo,
  invitationOf,
  joinBench,
  openJob,
  panelOf,
  plugIn,
  setUp,
  signIn,
  startErase,
  technician,
} from './support/acts.ts';
import { startBenchProcess } from './support/bench-process.ts';
import { startBrowser } from './support/browser.ts';

const passphrase = 'four words on a slip of paper';

type Saved = { name: string; mimeType: string; buffer: Buffer };

async function saved(page: Page, act: () => Promise<void>): Promise<Saved> {
  const waiting = page.waitForEvent('download');
  await act();
  const download = await waiting;
  const buffer = await readFile(await download.path());
  return { name: download.suggestedFilename(), mimeType: 'application/json', buffer };
}

describeWithTools('a job goes from one bench to another', ['chromium'], () => {
  it('is handed over on one screen and taken over on the other, with its file', async () => {
    const above = await mkdtemp(path.join(tmpdir(), 'bench-e2e-'));
    // The same folder name on both benches, so that the first virtual device is the same thing.
    const folder = path.join(above, 'bench');
    const onFirst = await withBench(folder, async page => {
      let secret = new Secret();
      const codes = await setUp(page.office, given => {
        secret = given;
      });
      await goTo(page.office, 'Users');
      await addUser(page.office, technician, 'Technician');
      await page.office.getByRole('cell', { name: technician.name, exact: true }).waitFor();
      const floor = await page.another();
      await joinBench(floor, technician, await invitationOf(page.office, technician));
      const ticket = await openJob(floor, await plugIn(floor, 'fails to erase'));
      await completeIntake(floor);
      await startErase(floor);
      await expectPlace(floor, 'Erase failed', 60_000);
      expect(await panelOf(floor).getByText('Hand over …').count()).toBe(0);

      await goTo(page.office, 'Jobs');
      await page.office.getByRole('button', { name: ticket }).click();
      await panelOf(page.office).getByText('Hand over …').click();
      const form = page.office.getByRole('form', { name: 'Hand over' });
      await form.getByLabel('To which station?').fill('Bench 8');
      await expectAccessible(page.office, 'hand-over');
      await answerOnceAsIfPasswordWereOld(page.office, 'handover.give');
      await form.getByRole('button', { name: 'Hand over and save the file' }).click();
      const again = page.office.getByRole('dialog', { name: 'Your password again' });
      await again.getByLabel('Password', { exact: true }).fill(admin.password);
      await again.getByRole('textbox', { name: /Code/ }).fill(codes[0] ?? '');
      const file = await saved(page.office, () => again.getByRole('button', { name: 'Confirm' }).click());
      expect(file.name).toBe(`handover-${ticket}.json`);
      await expectPlace(page.office, 'Handed over');
      await panelOf(page.office).getByText('Bench 8').waitFor();
      await expectAccessible(page.office, 'handed over');

      await page.office.locator('.page-head input[type=file]').setInputFiles(file);
      await page.office.getByRole('alert').getByText('from this very station').waitFor();

      await goTo(page.office, 'Station');
      await page.office.getByLabel('Passphrase of an invitation').fill(passphrase);
      const invitation = await saved(page.office, () =>
        page.office.getByRole('button', { name: 'Invite another bench' }).click(),
      );
      await goTo(page.office, 'Jobs');
      await page.office.getByText('All', { exact: true }).click();
      await page.office.getByRole('button', { name: ticket }).click();
      const vouched = await saved(page.office, () =>
        panelOf(page.office).getByRole('button', { name: 'Save the file again' }).click(),
      );
      return { ticket, invitation, file: vouched, secret };
    });

    await withBench(folder, async page => {
      await setUp(page.office);
      await goTo(page.office, 'Station');
      await page.office.getByLabel('Passphrase of an invitation').fill(passphrase);
      await page.office.getByLabel('Join a site: its invitation').setInputFiles(onFirst.invitation);
      await signIn(page.office, admin, TOTP.generate({ secret: onFirst.secret }));
      await acceptNotice(page.office);
      const floor = await page.another();
      await signIn(floor, technician);
      await acceptNotice(floor);
      await plugIn(floor, 'that behaves');
      await goTo(page.office, 'Jobs');
      const chosen = page.office.locator('.page-head input[type=file]');
      await chosen.setInputFiles({ ...onFirst.file, buffer: onFirst.file.buffer.subarray(0, -20) });
      await page.office.getByRole('alert').getByText('Nothing was taken over').waitFor();
      await chosen.setInputFiles(onFirst.file);
      await expectPlace(page.office, 'Waiting for erase');
      const taken = panelOf(page.office).getByRole('region', { name: 'Taken over' });
      await taken.getByText(onFirst.ticket).waitFor();
      await taken.getByText('What was done there').click();
      await taken.getByText('job.handed_over').waitFor();
      await expectAccessible(page.office, 'taken over');
    });
    await rm(above, { recursive: true, force: true });
  }, 180_000);
});

type Pages = { office: Page; another(): Promise<Page> };

async function withBench<T>(folder: string, use: (pages: Pages) => Promise<T>): Promise<T> {
  const bench = await startBenchProcess(folder);
  const browser = await startBrowser(bench.address());
  try {
    return await use({ office: await browser.openPage(), another: browser.openPage });
  } finally {
    await browser.close();
    await bench.close();
  }
}
