import { type Browser, chromium, type Page } from 'playwright-core';

/** What a page did that it must not do. */
export type Misdeeds = { readonly foreignRequests: string[]; readonly complaints: string[] };

export type BrowserBench = {
  /** A browser of its own for one person: nothing is shared with the others. */
  openPage(): Promise<Page>;
  readonly misdeeds: Misdeeds;
  close(): Promise<void>;
};

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A camera that shows a test picture, and nobody to be asked about it.
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];

const viewport = { width: 1366, height: 768 };
const patienceMs = 15_000;

/** Starts the system's Chromium and watches every page for foreign requests, policy violations and console errors. */
export async function startBrowser(address: string): Promise<BrowserBench> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: quiet });
  const misdeeds: Misdeeds = { foreignRequests: [], complaints: [] };
  return {
    misdeeds,
    openPage: () => openPage(browser, address, misdeeds),
    close: () => browser.close(),
  };
}

async function openPage(browser: Browser, address: string, misdeeds: Misdeeds): Promise<Page> {
  const context = await browser.newContext({ viewport, acceptDownloads: true, reducedMotion: 'reduce' });
  const own = new URL(address).origin;
  context.on('request', request => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== 'blob:' && protocol !== 'data:' && origin !== own) misdeeds.foreignRequests.push(request.url());
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', event => {
      console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) misdeeds.complaints.push(message.text());
  });
  page.on('pageerror', error => misdeeds.complaints.push(error.message));
  await page.goto(address);
  return page;
}
