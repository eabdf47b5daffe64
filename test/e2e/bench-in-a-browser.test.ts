import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithTools } from '../support/tools.ts';
import { expectAccessible } from './support/accessibility.ts';
import {
  addUser,
  admin,
  answerOnceAsIfPasswordWereOld,
  completeIntake,
  decide,
  expectPlace,
  goTo,
  invitationOf,
  joinBench,
  openJob,
  panelOf,
  plugIn,
  recordTests,
  requestBypass,
  setUp,
  setUpFactor,
  signIn,
  signOff,
  startErase,
  supervisor,
  technician,
} from './support/acts.ts';
import {
  type BenchProcess,
  type ServerProcess,
  startBenchProcess,
  startServerProcess,
} from './support/bench-process.ts';
import { type BrowserBench, startBrowser } from './support/browser.ts';

const eraseTimeoutMs = 60_000;

describeWithTools('the bench in a browser', ['chromium'], () => {
  let bench: BenchProcess;
  let server: ServerProcess;
  let browser: BrowserBench;
  let office: Page;
  let floor: Page;
  let desk: Page;
  let adminCodes: string[];
  let supervisorCodes: string[];
  const invitations = { technician: '', supervisor: '' };

  beforeAll(async () => {
    [bench, server] = await Promise.all([startBenchProcess(), startServerProcess()]);
    browser = await startBrowser(bench.address());
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await bench?.close();
    await server?.close();
  });

  it('is set up by its first admin, who adds users after giving the password again', async () => {
    office = await browser.openPage();
    await expectAccessible(office, 'set-up');
    expect(office.url()).not.toContain('token');
    adminCodes = await setUp(office);

    await goTo(office, 'Users');
    await answerOnceAsIfPasswordWereOld(office, 'users.invite');
    await addUser(office, technician, 'Technician');
    const dialog = office.getByRole('dialog', { name: 'Your password again' });
    await dialog.waitFor();
    await expectAccessible(office, 'password again');
    await dialog.getByLabel('Password', { exact: true }).fill(admin.password);
    await dialog.getByLabel('Code of your authenticator').fill(adminCodes.shift() ?? '');
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await office.getByRole('cell', { name: technician.name, exact: true }).waitFor();
    await expectAccessible(office, 'invitation');
    invitations.technician = await invitationOf(office, technician);
    await addUser(office, supervisor, 'Supervisor');
    invitations.supervisor = await invitationOf(office, supervisor);
    await office.getByRole('cell', { name: supervisor.name, exact: true }).waitFor();
    await expectAccessible(office, 'users');
  }, 60_000);

  it('answers a wrong password with what to do, and keeps what was typed', async () => {
    floor = await browser.openPage();
    await signIn(floor, { ...technician, password: 'not the password' });
    const alert = floor.getByRole('alert');
    await alert.getByText('Check the name and the password').waitFor();
    expect(await floor.getByRole('textbox', { name: 'Name' }).inputValue()).toBe(technician.name);
    await expectAccessible(floor, 'sign-in');
    await joinBench(floor, technician, invitations.technician);
    await floor.getByText('No device is plugged in').waitFor();
  }, 60_000);

  it('shows a device as it appears, takes it through intake, erase and tests, and has a second person sign off', async () => {
    const tile = await plugIn(floor, 'that behaves');
    await tile.getByRole('button', { name: /^What it told/ }).click();
    await tile.getByText('Maker').waitFor();
    await expectAccessible(floor, 'what a device told');
    await tile.getByRole('button', { name: /^Hide what it told/ }).click();
    const ticket = await openJob(floor, tile);
    expect(ticket).toMatch(/-\d+$/);
    await expectAccessible(floor, 'intake');
    await completeIntake(floor);
    await startErase(floor);
    const progress = panelOf(floor).getByRole('progressbar');
    await expect
      .poll(async () => Number(await progress.getAttribute('aria-valuenow')), { timeout: 15_000 })
      .toBeGreaterThan(0);
    await expectAccessible(floor, 'erase running');
    await panelOf(floor).getByRole('button', { name: 'Begin functional test' }).click({ timeout: eraseTimeoutMs });
    await expectPlace(floor, 'Functional test');
    await expectAccessible(floor, 'functional test');
    const automatic = panelOf(floor).getByRole('button', { name: 'Run the automatic tests' });
    await automatic.click();
    await panelOf(floor).getByRole('status').getByText('The tool tests the device.').waitFor();
    const display = panelOf(floor).getByRole('group', { name: 'Display' }).getByRole('button', { name: 'Pass' });
    await expect.poll(() => display.getAttribute('aria-pressed'), { timeout: eraseTimeoutMs }).toBe('true');
    const locks = floor.getByRole('form', { name: 'Locks' });
    await locks.getByRole('button', { name: 'Ask the tool' }).click();
    await locks.getByRole('status').getByText('Find My: ').waitFor({ timeout: eraseTimeoutMs });
    await locks.getByText('Still to be looked at by hand: ').getByText('Factory reset protection').waitFor();
    await expectAccessible(floor, 'locks that the tool was asked about');
    await recordTests(floor);
    await panelOf(floor).getByRole('button', { name: 'Sign off', exact: true }).click();
    await panelOf(floor).getByRole('alert').waitFor();

    desk = await browser.openPage();
    await joinBench(desk, supervisor, invitations.supervisor);
    await expectAccessible(desk, 'second factor');
    supervisorCodes = await setUpFactor(desk);
    await goTo(desk, 'Jobs');
    await desk.getByRole('button', { name: ticket }).click();
    await expectAccessible(desk, 'jobs');
    await signOff(desk);
  }, 150_000);

  it('issues the report and hands out its PDF', async () => {
    const reports = panelOf(desk);
    await reports.getByRole('button', { name: 'Issue the report' }).click();
    const waiting = desk.waitForEvent('download');
    await reports.getByRole('button', { name: /^PDF of report/ }).click();
    const download = await waiting;
    expect(download.suggestedFilename()).toMatch(/\.pdf$/);
    const bytes = await readFile(await download.path());
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    await goTo(desk, 'Reports');
    await desk.getByRole('button', { name: /^PDF of report/ }).waitFor();
    await expectAccessible(desk, 'reports');
  }, 60_000);

  it('lets a failed erase pass only when a supervisor approves the request, denied once before', async () => {
    await goTo(floor, 'Bench');
    const tile = await plugIn(floor, 'fails to erase');
    await openJob(floor, tile);
    await completeIntake(floor);
    await startErase(floor);
    await expectPlace(floor, 'Erase failed', eraseTimeoutMs);
    await requestBypass(floor, 'The storage was drilled through.');

    const proof = () => ({ password: supervisor.password, code: supervisorCodes.shift() ?? '' });
    await goTo(desk, 'Approvals');
    await desk.getByRole('img', { name: 'Drilled through the storage' }).waitFor();
    await expectAccessible(desk, 'approvals');
    await decide(desk, 'Deny', 'The picture does not show the serial.', {
      password: 'not the password',
      code: '000000',
    });
    await desk
      .getByRole('form', { name: /^Decision on/ })
      .getByRole('alert')
      .waitFor();
    await decide(desk, 'Deny', 'The picture does not show the serial.', proof());
    await expectPlace(floor, 'Erase failed');
    await panelOf(floor).getByText('The picture does not show the serial.').waitFor();

    await requestBypass(floor, 'Drilled through, serial in the picture.');
    await decide(desk, 'Approve', 'Storage destroyed, serial readable.', proof());
    await desk.getByText('No request waits for a decision.').waitFor();
    await panelOf(floor).getByRole('button', { name: 'Begin functional test' }).click();
    await expectPlace(floor, 'Functional test');
    await panelOf(floor).getByText('Manual sanitisation, not tool-verified').waitFor();

    await tile.getByRole('button', { name: /^Name the connector/ }).click();
    await floor.getByLabel('What is written at this connector?').fill('Hub 2 · 5');
    await expectAccessible(floor, 'the name of a connector');
    await floor.getByRole('button', { name: 'Keep the name' }).click();
    await floor.locator('.tile-port').getByText('Hub 2 · 5', { exact: true }).waitFor();
  }, 150_000);

  it('shows the journal, verifies it, and says what waits for the server', async () => {
    await goTo(desk, 'Journal');
    await desk.getByRole('cell', { name: 'Bypass approved job.bypass_approved', exact: true }).waitFor();
    const begun = desk.getByRole('row').filter({ hasText: 'job.functional_begun' }).first();
    await begun.getByText('sha256, steps, type, version').click();
    await begun.getByText('"label": "Display"').waitFor();
    await desk.getByRole('button', { name: 'Verify the whole journal' }).click();
    await desk.getByRole('heading', { name: 'The journal verifies' }).waitFor();
    await expectAccessible(desk, 'journal');
    await desk.getByRole('link', { name: /Not enrolled \d+ not cosigned · since/ }).click();
    await desk.getByRole('heading', { level: 1, name: 'Station' }).waitFor();
    await desk.getByText('Virtual erasure tool').waitFor();
    await expectAccessible(desk, 'station');
    expect(await floor.getByRole('link', { name: 'Journal' }).count()).toBe(0);
  }, 60_000);

  it('is enrolled by its admin, after which the server cosigns what waited', async () => {
    await office.getByRole('button', { name: 'Sign out' }).click();
    await signIn(office, admin, adminCodes.shift());
    await goTo(office, 'Station');
    const form = office.getByRole('form', { name: 'Enrol this station' });
    await form.getByLabel('Address of the server').fill(server.url);
    await form.getByRole('textbox', { name: 'Enrolment code' }).fill('no-code-of-this-server');
    await form.getByRole('button', { name: 'Enrol this station' }).click();
    await form.getByRole('alert').waitFor();
    await form.getByRole('textbox', { name: 'Enrolment code' }).fill(server.code);
    await form.getByRole('button', { name: 'Enrol this station' }).click();
    await office.getByRole('link', { name: 'Up to date all cosigned' }).waitFor();
    await floor.getByRole('link', { name: 'Up to date all cosigned' }).waitFor();
    await expectAccessible(office, 'station, enrolled');
    await office.getByRole('button', { name: 'Replace the keys now' }).click();
    await office.getByText('All keys were replaced.').waitFor();
    await office.getByRole('link', { name: 'Up to date all cosigned' }).waitFor();
    await expectAccessible(office, 'station, keys replaced');
    await goTo(desk, 'Reports');
    await desk.getByText('Journal cosigned by the server').waitFor();
  }, 60_000);

  it('forgets a device at the word of its admin, and holds what a court asked for', async () => {
    await goTo(office, 'Privacy');
    const picker = office.getByLabel('Whose data?');
    await picker.locator('option[value^="dv_"]').first().waitFor({ state: 'attached' });
    const device = await picker.locator('option[value^="dv_"]').first().getAttribute('value');
    await picker.selectOption(device);
    await office.getByLabel('Reason of a legal hold').fill('Asked for by a court, file 12');
    await office.getByRole('button', { name: 'Put under legal hold' }).click();
    await office.getByText('A legal hold forbids it until it is released.').waitFor();
    await expectAccessible(office, 'privacy, held');
    await office.getByRole('button', { name: 'Release' }).click();
    await office.getByText('Nothing is held.').waitFor();
    await picker.selectOption('');
    await picker.selectOption(device);
    await office.getByRole('button', { name: 'Forget for good …' }).click();
    await office.getByRole('button', { name: 'Yes, forget; this cannot be undone' }).click();
    await office.getByText(/^Forgotten on /).waitFor();
    await office.getByRole('cell', { name: 'Forgotten', exact: true }).waitFor();
    await expectAccessible(office, 'privacy, forgotten');
  }, 60_000);

  it('keeps a draft while locked and takes it up again after the right password', async () => {
    await goTo(floor, 'Bench');
    await panelOf(floor).waitFor({ state: 'hidden' });
    await floor.getByRole('button', { name: /^Record tests/ }).click();
    await panelOf(floor).getByText('Put on hold', { exact: true }).first().click();
    await floor.getByLabel('Why is it put on hold?').fill('The display flickers');
    await floor.getByRole('button', { name: 'Lock', exact: true }).click();
    await floor.getByRole('heading', { name: 'Locked' }).waitFor();
    expect(await floor.getByLabel('Why is it put on hold?').isVisible()).toBe(false);
    await expectAccessible(floor, 'locked');
    await floor.getByLabel(`Password of ${technician.name}`).fill(technician.password);
    await floor.getByRole('button', { name: 'Unlock' }).click();
    expect(await floor.getByLabel('Why is it put on hold?').inputValue()).toBe('The display flickers');
    await floor.getByRole('button', { name: 'Put on hold' }).click();
    await expectPlace(floor, 'On hold');
    await expectAccessible(floor, 'on hold');
  }, 60_000);

  it('stays in its tab over a reload, and a page without a token is sent to the printed address', async () => {
    await floor.reload();
    await floor.getByRole('heading', { level: 1, name: 'Bench' }).waitFor();
    const stranger = await browser.openPage();
    await stranger.getByRole('heading', { name: 'Sign in' }).waitFor();
    await stranger.evaluate(() => sessionStorage.clear());
    await stranger.reload();
    await stranger.getByRole('heading', { name: 'Open the printed address again' }).waitFor();
    await expectAccessible(stranger, 'printed address');
  }, 60_000);

  it('asked nothing of any other machine, broke no policy and logged no error', () => {
    expect(browser.misdeeds).toEqual({ foreignRequests: [], complaints: [] });
  });

  // After the check above: a browser logs each refused connection as an error of its own.
  it('says so when the bench has died, and finds the work again once it is back', async () => {
    await bench.kill();
    await floor.getByRole('alert').getByText('The bench does not answer.').waitFor();
    await expectAccessible(floor, 'bench away');
    await bench.startAgain();
    await floor.getByRole('heading', { name: 'Open the printed address again' }).waitFor();
    await floor.goto(bench.address());
    await signIn(floor, technician);
    await floor.getByRole('heading', { name: 'Open jobs whose device is not plugged in' }).waitFor();
    await floor.getByRole('button', { name: /^Show the job: .*-\d+/ }).click();
    await expectPlace(floor, 'On hold');
  }, 120_000);
});
