import { Secret, TOTP } from 'otpauth';
import type { Locator, Page } from 'playwright-core';
import { makePng } from './picture.ts';

export type Person = { name: string; password: string };

export const admin: Person = { name: 'admin', password: 'the first password here' };
export const technician: Person = { name: 'technician one', password: 'a technician password' };
export const supervisor: Person = { name: 'supervisor one', password: 'a supervisor password' };

/** Sets the bench up and the admin's second factor; answers the recovery codes, and tells the secret to who asks. */
export async function setUp(page: Page, onSecret: (secret: Secret) => void = () => {}): Promise<string[]> {
  await page.getByLabel('Site').fill('Centre North');
  await page.getByLabel('Station').fill('Bench 7');
  await page.getByLabel('Your sign-in name').fill(admin.name);
  await page.getByLabel('Password', { exact: true }).fill(admin.password);
  await page.getByLabel('Password again').fill(admin.password);
  await page.getByRole('button', { name: 'Set up the bench' }).click();
  await acceptNotice(page);
  const codes = await setUpFactor(page, onSecret);
  await page.getByRole('heading', { name: 'Bench', exact: true }).waitFor();
  return codes;
}

export async function acceptNotice(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'I have read and accept this' }).click();
}

/** Sets an authenticator up on the page that asks for it; answers the recovery codes. */
export async function setUpFactor(page: Page, onSecret: (secret: Secret) => void = () => {}): Promise<string[]> {
  await page.getByRole('button', { name: 'Set up the authenticator' }).click();
  const secret = Secret.fromBase32((await page.locator('.factor-key').innerText()).replaceAll(' ', ''));
  onSecret(secret);
  await page.getByLabel('Code of your authenticator').fill(TOTP.generate({ secret }));
  await page.getByRole('button', { name: 'Confirm' }).click();
  const listed = page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
  await listed.first().waitFor();
  const codes = await listed.allInnerTexts();
  await page.getByRole('button', { name: 'I have written them down' }).click();
  return codes;
}

/** Signs in; `code` where the account has a second factor. */
export async function signIn(page: Page, { name, password }: Person, code?: string): Promise<void> {
  const form = page.getByRole('form', { name: 'Sign in' });
  await form.getByRole('textbox', { name: 'Name' }).fill(name);
  await form.getByLabel('Password', { exact: true }).fill(password);
  await form.getByRole('button', { name: 'Sign in' }).click();
  if (code === undefined) return;
  await form.getByRole('textbox', { name: 'Code of your authenticator' }).fill(code);
  await form.getByRole('button', { name: 'Sign in' }).click();
}

/** Chooses the password by the one-time code and signs in for the first time. */
export async function joinBench(page: Page, person: Person, code: string): Promise<void> {
  await page.getByRole('button', { name: 'I have a one-time code' }).click();
  const form = page.getByRole('form', { name: 'Choose your password' });
  await form.getByRole('textbox', { name: 'Name' }).fill(person.name);
  await form.getByLabel('One-time code').fill(code);
  await form.getByLabel('New password', { exact: true }).fill(person.password);
  await form.getByLabel('New password again').fill(person.password);
  await form.getByRole('button', { name: 'Set the password' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await signIn(page, person);
  await acceptNotice(page);
}

export async function goTo(page: Page, screen: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: screen }).click();
  await page.getByRole('heading', { level: 1, name: screen }).waitFor();
}

/** Invites somebody; `invitationOf` reads the code once the bench has given it. */
export async function addUser(page: Page, person: Person, role: string): Promise<void> {
  const form = page.getByRole('form', { name: 'Add a user' });
  await form.getByLabel('Sign-in name').fill(person.name);
  await form.getByLabel('Role').selectOption({ label: role });
  await form.getByRole('button', { name: 'Invite' }).click();
}

/** The one-time code on the page of the admin, who then puts it away. */
export async function invitationOf(page: Page, person: Person): Promise<string> {
  const shown = page.getByRole('region', { name: `One-time code of ${person.name}` });
  const code = await shown.locator('code').innerText();
  await shown.getByRole('button', { name: 'I have passed it on' }).click();
  return code;
}

/** A password stays fresh for five minutes of real time, so the first answer is the one an older password gets. */
export async function answerOnceAsIfPasswordWereOld(page: Page, method: string): Promise<void> {
  const error = { code: 'step_up_needed', message: 'This act needs your password again.', traceId: 'none' };
  await page.route(`**/call/${method}`, route => route.fulfill({ json: { ok: false, error } }), { times: 1 });
}

/** Plugs a virtual device in; `kind` is the end of the menu entry. Answers its tile. */
export async function plugIn(page: Page, kind: string): Promise<Locator> {
  const connectors = page.locator('.tile-port');
  const before = await connectors.allTextContents();
  await page.getByRole('button', { name: 'Plug in a virtual device' }).click();
  await page.getByRole('menuitem', { name: kind }).click();
  await connectors.nth(before.length).waitFor();
  const added = (await connectors.allTextContents()).find(connector => !before.includes(connector)) ?? '';
  const connector = page.getByText(added, { exact: true });
  return page.getByRole('listitem').filter({ has: connector });
}

export const panelOf = (page: Page): Locator => page.getByRole('complementary', { name: 'Job' });

/** Opens a job on the tile and answers its ticket. */
export async function openJob(page: Page, tile: Locator): Promise<string> {
  await tile.getByRole('button', { name: /^Open a job/ }).click();
  return (await panelOf(page).locator('.panel-ticket').textContent()) ?? '';
}

export async function completeIntake(page: Page): Promise<void> {
  const form = page.getByRole('form', { name: 'Intake' });
  const answers = {
    'SIM card': 'Removed',
    'Memory card': 'None in it',
    'Powers on': 'Yes',
    Screen: 'Intact',
    Housing: 'Scratched',
    'Battery swollen': 'No',
  };
  for (const [question, answer] of Object.entries(answers)) {
    await form.getByRole('group', { name: question }).getByLabel(answer).check();
  }
  await form.getByRole('button', { name: 'Complete intake' }).click();
  await expectPlace(page, 'Waiting for erase');
}

/** Waits until the open job stands at the place, in its words. */
export async function expectPlace(page: Page, words: string, timeoutMs = 15_000): Promise<void> {
  await panelOf(page).locator('.panel-place').getByText(words, { exact: true }).waitFor({ timeout: timeoutMs });
}

export async function startErase(page: Page): Promise<void> {
  await page
    .getByRole('form', { name: 'Erase' })
    .getByRole('button', { name: /for good$/ })
    .click();
  await expectPlace(page, 'Erasing');
}

export async function requestBypass(page: Page, done: string): Promise<void> {
  await page.getByText('Request a manual bypass').click();
  const form = page.getByRole('form', { name: 'Manual bypass' });
  await form.getByLabel('Why can the tool not erase it?').selectOption('will_not_boot');
  await form.getByLabel('What was done instead?').fill(done);
  await form.getByLabel('Caption of the evidence').fill('Drilled through the storage');
  const shown = form.getByRole('img', { name: 'Drilled through the storage' });
  const before = await shown.count();
  const picture = { name: 'photo.png', mimeType: 'image/png', buffer: makePng() };
  await form.locator('input[type=file]').setInputFiles(picture);
  // Until the new picture stands, the button below it moves away under the click.
  await shown.nth(before).waitFor();
  await form.getByRole('button', { name: 'Request the bypass' }).click();
  await expectPlace(page, 'Bypass requested');
}

export async function decide(
  page: Page,
  decision: 'Approve' | 'Deny',
  reason: string,
  proof: { password: string; code: string },
): Promise<void> {
  const form = page.getByRole('form', { name: /^Decision on/ });
  await form.getByLabel('Reason for your decision').fill(reason);
  await form.getByLabel('Your password').fill(proof.password);
  await form.getByRole('textbox', { name: 'Code of your authenticator' }).fill(proof.code);
  await form.getByRole('button', { name: decision }).click();
}

export async function recordTests(page: Page): Promise<void> {
  const panel = panelOf(page);
  for (const test of ['Display', 'Touch', 'Cameras', 'Speaker and microphone', 'Charging', 'Wi-Fi and Bluetooth']) {
    const row = panel.getByRole('listitem').filter({ has: page.getByRole('group', { name: test, exact: true }) });
    await row.getByRole('button', { name: 'Pass' }).click();
    await row.locator('.status-mark').getByText('Pass').waitFor();
  }
  await panel.getByRole('group', { name: 'Buttons', exact: true }).getByRole('button', { name: 'Skip' }).click();
  await panel.getByLabel('Why is “Buttons” skipped?').fill('This model has no buttons');
  await panel.getByRole('button', { name: 'Record the skip' }).click();
  await panel.getByRole('button', { name: 'Finish functional test', exact: true }).click();
  await expectPlace(page, 'Quality check');
}

/** Verifies the sample where the job was drawn for it, then signs off. */
export async function signOff(page: Page): Promise<void> {
  const sample = page.getByRole('form', { name: 'Sampling verification' });
  await panelOf(page).getByRole('button', { name: 'Sign off', exact: true }).waitFor();
  if (await sample.isVisible()) {
    await sample.getByLabel('No data found').check();
    await sample.getByLabel('How was it checked?').fill('Set up as new and searched');
    await sample.getByRole('button', { name: 'Record the verification' }).click();
    await panelOf(page).getByText('Sample verified').waitFor();
  }
  await panelOf(page).getByRole('button', { name: 'Sign off', exact: true }).click();
  await expectPlace(page, 'Completed');
}
