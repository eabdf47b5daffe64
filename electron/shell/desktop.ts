import path from 'node:path';
import { app, type BrowserWindow, session } from 'electron';
import { type Bench, findPlace, type Place } from './bench.ts';
import { offerDownloads } from './downloads.ts';
import { connectPages } from './ipc.ts';
import { logLine } from './log.ts';
import { installMenu } from './menu.ts';
import { watchPower } from './power.ts';
import { registerAppScheme, serveRenderer } from './protocol.ts';
import { closeBeforeQuit } from './quit.ts';
import { confineContents, confineSession } from './security.ts';
import { reportStartFailure } from './start-failure.ts';
import { createBenchWindow, loadPage, showAgain } from './window.ts';

/**
 * Runs the application around a bench: one instance, one window, everything else refused. `openBench` is called once
 * the application is ready; when it throws, the operator is told and nothing else happens.
 *
 * Returns at once: waiting for readiness at the top level of an ES main would keep Electron from ever becoming ready.
 */
export function startDesktop(openBench: (place: Place) => Promise<Bench>): void {
  app.enableSandbox();
  registerAppScheme();
  confineContents();
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  app
    .whenReady()
    .then(() => run(openBench))
    .catch(reportStartFailure);
}

async function run(openBench: (place: Place) => Promise<Bench>): Promise<void> {
  confineSession(session.defaultSession);
  offerDownloads(session.defaultSession);
  await serveRenderer(session.defaultSession.protocol, path.join(app.getAppPath(), 'dist', 'renderer'));

  const opening = openBench(findPlace());
  const isEnding = closeBeforeQuit(async () => (await opening).close());
  const bench = await opening;
  if (isEnding()) return;
  const pages = connectPages(bench);
  installMenu({ onLock: bench.lockAll });
  watchPower({ onLeave: bench.lockAll });

  let window: BrowserWindow | null = null;
  const openWindow = async () => {
    const opened = createBenchWindow();
    window = opened;
    opened.once('closed', () => {
      if (window === opened) window = null;
    });
    pages.open(opened.webContents);
    await loadPage(opened);
    // A page that crashed at work gets a successor, or its end would end the erasures under way with it.
    opened.webContents.once('render-process-gone', (_event, { reason }) => {
      logLine({ level: 'error', what: 'the page is gone', reason });
      openWindow().catch(reportStartFailure);
      opened.destroy();
    });
  };
  // What a second start was given on its command line is not ours to trust: it only brings the window forward.
  app.on('second-instance', () => {
    if (window) showAgain(window);
  });
  app.on('window-all-closed', () => app.quit());
  await openWindow();
}
