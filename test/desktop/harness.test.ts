import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectDir } from '../../scripts/bundle.ts';
import { eventually } from './support/eventually.ts';
import { missingForDesktop, startApp, suiteName } from './support/launch.ts';

const skip = missingForDesktop() !== null;

/** An application of a few lines: `whenOpen` runs in main after its window has loaded. */
function appWith({ preload = '', whenOpen = '' }: { preload?: string; whenOpen?: string }): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'harness-app-'));
  writeFileSync(path.join(dir, 'package.json'), '{"name":"few-lines","type":"module","main":"main.js"}');
  writeFileSync(path.join(dir, 'preload.cjs'), preload);
  writeFileSync(
    path.join(dir, 'main.js'),
    `import { app, BrowserWindow, ipcMain, protocol } from 'electron';
    import path from 'node:path';
    protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
    app.on('web-contents-created', (_created, contents) => {
      contents.on('preload-error', (_event, _file, error) => { globalThis.preloadError = error.message; });
    });
    app.whenReady().then(async () => {
      protocol.handle('app', () => new Response('<title>few</title>', { headers: { 'content-type': 'text/html' } }));
      const window = new BrowserWindow({ webPreferences: { preload: path.join(app.getAppPath(), 'preload.cjs') } });
      await window.loadURL('app://few/index.html');
      ${whenOpen}
    });`,
  );
  return dir;
}

test('the shell compiles against the harness as it does against Electron', { timeout: 60_000 }, () => {
  const script = path.join(projectDir, 'scripts/typecheck-harness.ts');
  const { status, stdout } = spawnSync(process.execPath, [script], { cwd: projectDir, encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});

describe.skipIf(skip)(suiteName('the harness keeps to what Electron does'), { timeout: 60_000 }, () => {
  test('what it does not have throws by name', async () => {
    const { app } = await startApp(
      appWith({
        whenOpen: `globalThis.thrown = [
          () => app.setBadgeCount(1),
          () => app.on('login', () => {}),
          () => new BrowserWindow({ frame: false }),
          () => window.webContents.setZoomFactor(2),
          () => window.webContents.send('channel', () => {}),
        ].map(attempt => { try { attempt(); return 'nothing'; } catch (error) { return error.message; } });`,
      }),
    );
    await eventually(() => app.evaluate(() => (globalThis as { thrown?: string[] }).thrown)).toEqual([
      'electron-harness: app.setBadgeCount is not emulated',
      "electron-harness: app event 'login' is not emulated",
      "electron-harness: BrowserWindow option 'frame' is not emulated",
      'electron-harness: WebContents.setZoomFactor is not emulated',
      'An object could not be cloned.',
    ]);
    await app.close();
  });

  test('contextBridge copies: no prototypes, errors keep their message, functions and promises cross', async () => {
    const { app, page } = await startApp(
      appWith({
        preload: `const { contextBridge } = require('electron');
        class Made { constructor() { this.own = 1; } inherited() {} }
        contextBridge.exposeInMainWorld('few', {
          made: new Made(),
          boom: () => { throw new TypeError('bad'); },
          rejected: () => Promise.reject(new RangeError('no')),
          later: async n => ({ n, twice: x => x * 2 }),
          callBack: f => f({ at: new Date(5), bytes: new Uint8Array([1, 2]) }),
          required: name => { try { require(name); return 'loaded'; } catch (error) { return error.message; } },
        });`,
      }),
    );
    const seen = await page.evaluate(async () => {
      type Few = {
        made: object;
        boom(): void;
        rejected(): Promise<void>;
        later(n: number): Promise<{ n: number; twice(x: number): number }>;
        callBack(f: (value: { at: Date; bytes: Uint8Array }) => unknown): unknown;
        required(name: string): string;
      };
      const few = Reflect.get(window, 'few') as Few;
      const later = await few.later(3);
      let boom = '';
      try {
        few.boom();
      } catch (error) {
        boom = error instanceof Error ? `${error.constructor.name} ${error.message}` : '';
      }
      return {
        made: Object.getOwnPropertyNames(few.made),
        inherited: 'inherited' in few.made,
        boom,
        rejected: await few.rejected().catch((error: Error) => error.message),
        later: [later.n, later.twice(21)],
        callBack: few.callBack(({ at, bytes }) => at instanceof Date && bytes.length),
        fs: few.required('fs'),
      };
    });
    expect(seen).toEqual({
      made: ['own'],
      inherited: false,
      boom: 'Error bad',
      rejected: 'no',
      later: [3, 42],
      callBack: 2,
      fs: 'module not found: fs',
    });
    await app.close();
  });

  test('an ES-module preload does not run: sandboxed preloads are CommonJS', async () => {
    const { app } = await startApp(appWith({ preload: `import { ipcRenderer } from 'electron';` }));
    const failure = () => app.evaluate(() => (globalThis as { preloadError?: string }).preloadError);
    await eventually(failure).toBe('Cannot use import statement outside a module');
    await app.close();
  });
});
