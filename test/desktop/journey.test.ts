import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../shared/reports.ts';
import {
  addUser,
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
} from '../e2e/support/acts.ts';
import { builtApplication } from './support/app-folder.ts';
import { eventually } from './support/eventually.ts';
import { type BenchWindow, isHarness, missingForDesktop, type Started, startApp, suiteName } from './support/launch.ts';

const skip = missingForDesktop() !== null;
const eraseTimeoutMs = 60_000;

describe.skipIf(skip)(suiteName('the desktop application, from its first start to a saved report'), () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'saved-')), 'report.pdf');
  const complaints: string[] = [];
  let started: Started;
  let invitation = '';

  beforeAll(async () => {
    started = await startApp(await builtApplication(), { args: ['--training', '--phones=0'] });
    started.page.setDefaultTimeout(15_000);
    started.page.on('pageerror', error => complaints.push(error.message));
    started.page.on('console', message => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
  }, 120_000);
  afterAll(async () => {
    await started?.app.close();
  });

  test('is set up by its first admin, who adds a technician', async () => {
    const { page } = started;
    await setUp(page);
    await goTo(page, 'Users');
    await addUser(page, technician, 'Technician');
    invitation = await invitationOf(page, technician);
    await page.getByRole('button', { name: 'Sign out' }).click();
  }, 60_000);

  test('a technician signs in, a device appears and is erased', async () => {
    const { page } = started;
    await joinBench(page, technician, invitation);
    await goTo(page, 'Bench');
    const tile = await plugIn(page, 'that behaves');
    await openJob(page, tile);
    await completeIntake(page);
    await startErase(page);
    await panelOf(page).getByRole('button', { name: 'Begin functional test' }).click({ timeout: eraseTimeoutMs });
    await expectPlace(page, 'Functional test');
  }, 120_000);

  test('the signed report is saved where the operator says, as the station issued it', async () => {
    const { app, page } = started;
    await app.evaluate(({ session }, savePath) => {
      session.defaultSession.on('will-download', (_event, item) => {
        item.setSavePath(savePath);
        item.once('done', (_done, state) => {
          globalThis.__saved = state;
        });
      });
    }, file);
    await panelOf(page)
      .getByText(/^Reports/)
      .click();
    await panelOf(page).getByRole('button', { name: 'Issue the report' }).click();
    await panelOf(page)
      .getByRole('button', { name: /^PDF of report/ })
      .click({ timeout: 30_000 });
    await eventually(() => app.evaluate(() => globalThis.__saved)).toBe('completed');

    const saved = readFileSync(file);
    expect(saved.subarray(0, 5).toString()).toBe('%PDF-');
    const reply = await page.evaluate(() => (window as BenchWindow).bench.call('reports.list', {}));
    const [report] = reply.ok ? (reply.value as Report[]) : [];
    expect(report?.sha256).toBe(createHash('sha256').update(saved).digest('hex'));
  }, 60_000);

  test('the page locks with the computer, and opens again with the password', async () => {
    const { app, page } = started;
    await app.evaluate(({ powerMonitor }) => powerMonitor.emit('lock-screen'));
    await page.getByRole('heading', { name: 'Locked' }).waitFor();
    await page.getByLabel(`Password of ${technician.name}`).fill(technician.password);
    await page.getByRole('button', { name: 'Unlock' }).click();
    await expectPlace(page, 'Functional test');
  }, 60_000);

  test('the page kept to its policy, logged no error and asked nothing of the network', async () => {
    expect(complaints).toEqual([]);
    if (isHarness) {
      const asked = await started.app.evaluate(() => globalThis.__electronHarness?.refusedRequests);
      expect(asked).toEqual([]);
    }
  });

  test('after a restart the job is where it was', async () => {
    await started.app.close();
    started = await startApp(await builtApplication(), {
      args: ['--training', '--phones=0'],
      userData: started.userData,
    });
    const { page } = started;
    await signIn(page, technician);
    await page.getByRole('heading', { level: 1, name: 'Bench' }).waitFor();
    const reply = await page.evaluate(() => (window as BenchWindow).bench.call('jobs.list', { open: true }));
    expect(reply).toMatchObject({ ok: true, value: [{ state: 'functional' }] });
  }, 60_000);
});

declare global {
  var __saved: string | undefined;
}
