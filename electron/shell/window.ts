import path from 'node:path';
import { app, BrowserWindow } from 'electron';
import { logLine } from './log.ts';
import { startUrl } from './origin.ts';

/** The window of the bench, without its page yet. It shows itself when the page has something to show. */
export function createBenchWindow(): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 1024,
    minHeight: 640,
    show: false,
    title: app.getName(),
    backgroundColor: '#ffffff',
    webPreferences: {
      preload: path.join(app.getAppPath(), 'dist', 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  window.once('ready-to-show', () => window.show());
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    logLine({ level: 'error', what: 'the page is gone', reason });
    window.destroy();
  });
  return window;
}

export async function loadPage(window: BrowserWindow): Promise<void> {
  await window.loadURL(startUrl);
}

/** Brings the window to the front, as a second start of the application asks for. */
export function showAgain(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
