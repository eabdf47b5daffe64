import path from 'node:path';
import { app, BrowserWindow } from 'electron';
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
  return window;
}

/** Rejects when the page cannot be loaded; a window that was closed meanwhile is no failure. */
export async function loadPage(window: BrowserWindow): Promise<void> {
  try {
    await window.loadURL(startUrl);
  } catch (error) {
    if (!window.isDestroyed()) throw error;
  }
}

/** Brings the window to the front, as a second start of the application asks for. */
export function showAgain(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
