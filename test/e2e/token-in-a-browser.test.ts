import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createFakeTokens, fakeModule } from '../../electron/drivers/token/token.fake.ts';
import { type Loopback, serveOnLoopback } from '../../electron/loopback.ts';
import { isBuilt } from '../../scripts/build-state.ts';
import { buildApplication } from '../../scripts/bundle.ts';
import { startStation, type TestStation } from '../support/start-station.ts';
import { describeWithTools } from '../support/tools.ts';
import { expectAccessible } from './support/accessibility.ts';
import { goTo, setUp } from './support/acts.ts';
import { type BrowserBench, startBrowser } from './support/browser.ts';

const dist = resolve(import.meta.dirname, '../../dist');

describeWithTools('a token that signs, on the screen', ['chromium'], () => {
  const tokens = createFakeTokens();
  const token = tokens.plug({ label: 'Site token', serial: 'a1b2c3d4', pin: '246813' });
  let bench: TestStation;
  let host: Loopback;
  let browser: BrowserBench;
  let office: Page;

  beforeAll(async () => {
    if (!isBuilt(dist)) await buildApplication(dist);
    bench = await startStation({ seed: 'token', authenticators: false, drivers: { tokens, clock: createNodeClock() } });
    host = await serveOnLoopback({ station: bench.station, rendererDir: join(dist, 'renderer'), port: 0 });
    browser = await startBrowser(host.url);
    office = await browser.openPage();
    await setUp(office);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await host?.close();
    await bench?.close();
  });

  it('an admin finds token and key, and the station signs with it from then on', async () => {
    await goTo(office, 'Station');
    await office.getByText('Sign with a key on a token').click();
    const module = office.getByRole('form', { name: 'Module of the token' });
    expect(await module.getByLabel('PKCS#11 module').inputValue()).toBe(fakeModule);
    await module.getByRole('button', { name: 'Look for tokens' }).click();
    const opening = office.getByRole('form', { name: 'Token and PIN' });
    await opening.getByLabel('PIN of the token').fill('000000');
    await opening.getByRole('button', { name: 'Show its keys' }).click();
    await opening.getByRole('alert').getByText('refused the PIN').waitFor();
    await opening.getByLabel('PIN of the token').fill('246813');
    await opening.getByRole('button', { name: 'Show its keys' }).click();
    const key = office.getByRole('form', { name: 'Key on the token' });
    await key.getByLabel('Certificate to sign with').selectOption({ label: 'Pasted here' });
    await key.getByLabel('The certificate, then').fill('nonsense');
    await key.getByRole('button', { name: 'Sign with this key' }).click();
    await key.getByRole('alert').getByText('cannot be read').waitFor();
    await expectAccessible(office, 'station, token');
    const waiting = office.waitForEvent('download');
    await key.getByRole('button', { name: 'Make a request for this key' }).click();
    expect((await waiting).suggestedFilename()).toBe('token-a1b2c3d4.csr.pem');
    await key
      .getByLabel('Certificate to sign with')
      .selectOption({ label: 'This bench’s own authority issues it now' });
    await key.getByRole('button', { name: 'Sign with this key' }).click();
    await office.getByText('On the token “Site token”').waitFor();
    await key.waitFor({ state: 'hidden' });
  }, 60_000);

  it('a refused PIN is said, and entered anew', async () => {
    token.pin = '135792';
    await goTo(office, 'Reviews');
    await office.getByRole('radiogroup', { name: 'Review' }).getByText('Access').click();
    await office.getByRole('button', { name: 'Save as PDF' }).click();
    await office.getByRole('alert').getByText('refused the PIN').waitFor();
    await goTo(office, 'Station');
    await office.getByText('The token refused its PIN: reports cannot be signed').waitFor();
    const form = office.getByRole('form', { name: 'PIN of the token' });
    await expectAccessible(office, 'station, refused PIN');
    await form.getByLabel('PIN of the token').fill('135792');
    await form.getByRole('button', { name: 'Keep this PIN' }).click();
    await form.waitFor({ state: 'hidden' });
    await office.getByText('Signs', { exact: true }).waitFor();
  }, 60_000);
});
