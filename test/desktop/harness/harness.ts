import path from 'node:path';
import { createAddresses } from './address.ts';
import { createApp } from './app.ts';
import { createWindows } from './browser-window.ts';
import { type Chromium, createChromium } from './chromium.ts';
import type { Launch } from './command-line.ts';
import { createDownloads } from './downloads.ts';
import { createIpcMain } from './ipc-main.ts';
import { createDialog, createMenu, createPowerMonitor, createShell } from './native-surface.ts';
import { createNetwork } from './network.ts';
import { createNet, createProtocol } from './protocol.ts';
import { createSession, type PermissionHandlers } from './session.ts';
import { asWhole } from './strict.ts';
import { createUtilityProcess } from './utility-process.ts';

declare global {
  /** Playwright calls this once it is attached; 'ready' waits for it. */
  var __playwright_run: (() => void) | undefined;
  /** What a test may ask of the harness itself; absent on a real Electron. */
  var __electronHarness:
    | { readonly refusedRequests: readonly string[]; readonly permissions: Readonly<PermissionHandlers> }
    | undefined;
}

export type Harness = ReturnType<typeof createHarness>;

/** The used part of Electron's main-process API on plain Node, each window a page of the installed Chromium. */
export function createHarness(launch: Launch) {
  let browser: Chromium | null = null;
  const exitNow = process.exit.bind(process);
  const windows = createWindows();
  const app = createApp({
    launch,
    closeWindows: windows.closeAll,
    destroyWindows: windows.destroyAll,
    end: code => void (browser ? browser.close() : Promise.resolve()).then(() => exitNow(code)),
  });
  const addresses = createAddresses();
  const protocol = createProtocol({ addresses, isReady: app.isReady, mustBeReady: app.mustBeReady });
  const session = createSession(protocol.api, app.mustBeReady);
  const ipc = createIpcMain();
  const BrowserWindow = windows.createClass({
    app,
    addresses,
    ipc,
    session: asWhole(session.emitter),
    chromium() {
      if (!browser) throw new Error('BrowserWindow cannot be used before app is ready');
      return browser;
    },
  });

  const startBrowser = async () => {
    const debuggingPort = launch.switches.filter(each => each.startsWith('--remote-debugging-port='));
    const profileDir = path.join(app.userDataDir(), 'harness-chromium');
    const chromium = createChromium(profileDir, [...debuggingPort, ...app.switches]);
    browser = chromium;
    process.on('exit', chromium.kill);
    chromium.onGone(() => {
      if (app.isQuitting()) return;
      console.error('electron-harness: Chromium is gone');
      exitNow(70);
    });
    const shared = { chromium, addresses, session, contentsOf: windows.contentsOf };
    const network = createNetwork({ ...shared, protocol });
    globalThis.__electronHarness = { refusedRequests: network.refused, permissions: session.permissions };
    await Promise.all([network.start(), createDownloads(shared).start()]);
  };

  return {
    electron: {
      app: app.api,
      BrowserWindow,
      dialog: createDialog(),
      ipcMain: ipc.api,
      Menu: createMenu(),
      net: createNet(),
      powerMonitor: createPowerMonitor(),
      protocol: protocol.api,
      session: session.api,
      shell: createShell(),
      utilityProcess: createUtilityProcess(app.mustBeReady),
      webContents: {
        getAllWebContents: windows.contentsApis,
        fromDevToolsTargetId: (targetId: string) => windows.contentsOf(targetId)?.api,
      },
    },
    /** To be called before main is loaded: makes this process look like Electron's. */
    prepareProcess(electronVersion: string) {
      Object.defineProperty(process.versions, 'electron', { value: electronVersion, enumerable: true });
      Object.assign(process, { type: 'browser', resourcesPath: launch.resourcesDir, argv: launch.argv });
      process.exit = (code => app.api.exit(Number(code ?? process.exitCode ?? 0))) as typeof process.exit;
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.api.quit());
      // An Electron main process does not end for want of work.
      setInterval(() => {}, 2 ** 30);
    },
    /** To be called once main is loaded: starts the browser and lets 'ready' happen. */
    async start() {
      const driven = process.execArgv.some(each => each.startsWith('--inspect'));
      const released = Promise.withResolvers<void>();
      if (driven) globalThis.__playwright_run = () => released.resolve();
      else released.resolve();
      await startBrowser();
      await released.promise;
      app.becomeReady();
    },
  };
}
