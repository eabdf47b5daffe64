import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtStub } from './support/app-folder.ts';
import {
  type BenchWindow,
  electronBin,
  missingForDesktop,
  newUserData,
  startApp,
  suiteName,
} from './support/launch.ts';

const skip = missingForDesktop() !== null;
const endings = ['unsubscribed', 'connection closed', 'closing', 'closed'];
const linesOf = (output: string, known: string[]) => output.split('\n').filter(line => known.includes(line));

/** Runs the stub without a driver, as an operator would start it, until it ends. */
async function runToEnd(env: Record<string, string>, onOutput?: (text: string, kill: () => void) => void) {
  const child = spawn(electronBin, ['--no-sandbox', `--user-data-dir=${newUserData()}`, await builtStub()], {
    env: { ...process.env, ...env },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      text += String(chunk);
      onOutput?.(text, () => child.kill('SIGTERM'));
    });
  }
  const [code] = await once(child, 'close');
  return { code, text };
}

describe.skipIf(skip)(suiteName('start, work and end of the application'), () => {
  test('a start that fails tells why and what to do, and ends', async () => {
    const { code, text } = await runToEnd({ STUB_START_FAILURE: 'database_key_wrong' });
    expect(text).toContain('Bench Stub cannot start: Do what this message says. (database_key_wrong)');
    expect(code).toBe(1);
  });

  test('a start that fails for no planned reason shows no detail of it', async () => {
    const { code, text } = await runToEnd({ STUB_START_FAILURE: 'unplanned' });
    const [box] = text.split('\n').filter(line => line.startsWith('[error box]'));
    expect(box).toMatch(/cannot start: Something unplanned happened/);
    expect(box).not.toContain('nobody planned this');
    expect(code).toBe(1);
  });

  test('ending waits until the station has closed', async () => {
    const { app, output } = await startApp(await builtStub());
    await app.close();
    expect(linesOf(output(), endings)).toEqual(endings);
  });

  test('SIGTERM ends it in the same order, with exit code 0', async () => {
    let killed = false;
    const { code, text } = await runToEnd({}, (soFar, kill) => {
      if (killed || !soFar.includes('data in ')) return;
      killed = true;
      kill();
    });
    expect(linesOf(text, endings).slice(-2)).toEqual(['closing', 'closed']);
    expect(code).toBe(0);
  });

  test.each(['suspend', 'lock-screen'] as const)('%s locks the session of the page', async happening => {
    const { app, output } = await startApp(await builtStub());
    await app.evaluate(({ powerMonitor }, name) => powerMonitor.emit(name), happening);
    await expect.poll(output).toContain('locked');
    await app.close();
  });

  test('the menu has a way to lock the bench', async () => {
    const { app, output } = await startApp(await builtStub());
    await app.evaluate(({ Menu }) => {
      const lock = Menu.getApplicationMenu()?.items[0]?.submenu?.items.find(item => item.label === 'Lock the bench');
      (lock?.click as (() => void) | undefined)?.();
    });
    await expect.poll(output).toContain('locked');
    await app.close();
  });

  test('a document that the page made is saved where the operator says', async () => {
    const { app, page } = await startApp(await builtStub());
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'saved-')), 'report.pdf');
    await app.evaluate(({ session }, savePath) => {
      // Answers the system's save dialog, after the shell has prepared it.
      session.defaultSession.on('will-download', (_event, item) => {
        globalThis.__offered = item.getSaveDialogOptions();
        item.setSavePath(savePath);
        item.once('done', (_done, state) => {
          globalThis.__saved = state;
        });
      });
    }, file);
    await page.evaluate(() => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob(['%PDF-1.7 content'], { type: 'application/pdf' }));
      link.download = 'B07-10001 report.pdf';
      link.click();
    });
    await expect.poll(() => app.evaluate(() => globalThis.__saved)).toBe('completed');
    expect(readFileSync(file, 'utf8')).toBe('%PDF-1.7 content');
    const offered = await app.evaluate(() => globalThis.__offered);
    expect(offered).toMatchObject({ filters: [{ extensions: ['pdf'] }] });
    expect(offered?.defaultPath).toMatch(/B07-10001 report\.pdf$/);
    await app.close();
  });

  test('a program is not saved, nor anything from elsewhere', async () => {
    const { app, page } = await startApp(await builtStub());
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'saved-')), 'file');
    await app.evaluate(({ session }, savePath) => {
      globalThis.__refusals = [];
      session.defaultSession.on('will-download', (event, item) => {
        globalThis.__refusals?.push(event.defaultPrevented);
        item.setSavePath(savePath);
      });
    }, file);
    await page.evaluate(() => {
      for (const [href, name] of [
        [URL.createObjectURL(new Blob(['#!/bin/sh'])), 'report.sh'],
        [URL.createObjectURL(new Blob(['MZ'])), 'report.pdf.exe'],
        ['data:application/pdf,elsewhere', 'report.pdf'],
      ] as const) {
        const link = document.createElement('a');
        link.href = href;
        link.download = name;
        link.click();
      }
    });
    await expect.poll(() => app.evaluate(() => globalThis.__refusals)).toEqual([true, true, true]);
    expect(existsSync(file)).toBe(false);
    await app.close();
  });

  test('a page that was closed leaves no connection behind', async () => {
    const { app, page, output } = await startApp(await builtStub());
    await page.evaluate(() => (window as BenchWindow).bench.call('stub.echo', 1));
    await app.evaluate(({ app: electron, BrowserWindow }) => {
      electron.removeAllListeners('window-all-closed');
      electron.on('window-all-closed', () => {});
      BrowserWindow.getAllWindows()[0]?.close();
    });
    await expect.poll(output).toContain('connection closed');
    expect(output()).not.toContain('closing\n');
    await app.close();
  });
});

declare global {
  var __offered: Electron.SaveDialogOptions | undefined;
  var __saved: string | undefined;
  var __refusals: boolean[] | undefined;
}
