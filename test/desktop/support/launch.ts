import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import type { Carrier } from '../../../shared/client.ts';
import { chromiumPath } from '../harness/chromium.ts';

/** A machine with a real Electron names its executable in ELECTRON_BIN; the tests are the same. */
export const electronBin = process.env.ELECTRON_BIN ?? path.resolve(import.meta.dirname, '../harness/electron-bin');
export const isHarness = process.env.ELECTRON_BIN === undefined;

/** Why the desktop tests cannot run here, or null when they can. */
export function missingForDesktop(): string | null {
  if (!isHarness || existsSync(chromiumPath())) return null;
  return `no Chromium at ${chromiumPath()} and no ELECTRON_BIN`;
}

/** The name of a suite, with the reason when it is skipped. */
export const suiteName = (name: string) => {
  const missing = missingForDesktop();
  return missing === null ? name : `${name} (skipped: ${missing})`;
};

/** What the preload puts on the page. */
export type BenchWindow = Window & typeof globalThis & { bench: Carrier };

export type Started = { app: ElectronApplication; page: Page; output(): string; userData: string };

export const newUserData = () => mkdtempSync(path.join(tmpdir(), 'bench-desktop-'));

type LaunchOptions = { args?: string[]; env?: Record<string, string>; userData?: string };

/** Starts an application folder as an operator would, and waits for its first page. */
export async function startApp(appDir: string, options: LaunchOptions = {}): Promise<Started> {
  const userData = options.userData ?? newUserData();
  const app = await _electron.launch({
    executablePath: electronBin,
    args: [`--user-data-dir=${userData}`, appDir, ...(options.args ?? [])],
    env: { ...cleanEnvironment(), ...options.env },
  });
  let text = '';
  for (const stream of [app.process().stdout, app.process().stderr]) {
    stream?.on('data', chunk => {
      text += String(chunk);
    });
  }
  const page = await app.firstWindow().catch((cause: unknown) => {
    throw new Error(`the application did not open a window:\n${text}`, { cause });
  });
  await page.waitForURL('**/index.html');
  return { app, page, userData, output: () => text };
}

function cleanEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries.filter(([name]) => name !== 'NODE_OPTIONS'));
}
