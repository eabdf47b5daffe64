import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtStub } from './support/app-folder.ts';
import { eventually } from './support/eventually.ts';
import {
  type BenchWindow,
  missingForDesktop,
  newUserData,
  type Started,
  startApp,
  suiteName,
} from './support/launch.ts';
import { runToEnd } from './support/run-to-end.ts';

declare global {
  var __offered: Electron.SaveDialogOptions | undefined;
  var __saved: string | undefined;
  var __refusals: boolean[] | undefined;
}

const skip = missingForDesktop() !== null;
const timeout = 60_000;
const endings = ['unsubscribed', 'connection closed', 'closing', 'closed', 'quit'];
const endingsIn = (output: string) => output.split('\n').filter(line => endings.includes(line));

const runStub = async (env: Record<string, string>, onOutput?: Parameters<typeof runToEnd>[1]) =>
  runToEnd({ appDir: await builtStub(), userData: newUserData(), env }, onOutput);

describe.skipIf(skip)(suiteName('start and end of the application'), () => {
  test('a start that fails tells why and what to do, and ends', { timeout }, async () => {
    const { code, output } = await runStub({ STUB_START_FAILURE: 'database_key_wrong' });
    expect(output).toContain('Bench Stub cannot start: Do what this message says. (database_key_wrong)');
    expect(code).toBe(1);
  });

  test('a start that fails for no planned reason shows no detail of it', { timeout }, async () => {
    const { code, output } = await runStub({ STUB_START_FAILURE: 'unplanned' });
    const [box] = output.split('\n').filter(line => line.startsWith('[error box]'));
    expect(box).toMatch(/cannot start: Something unplanned happened/);
    expect(box).not.toContain('nobody planned this');
    expect(code).toBe(1);
  });

  test('ending waits until the station has closed', { timeout }, async () => {
    const { app, output } = await startApp(await builtStub());
    await app.close();
    expect(endingsIn(output())).toEqual(endings);
  });

  test.each([
    ['at work', 'subscribed', endings],
    ['while it still starts', 'opening', ['closing', 'closed', 'quit']],
  ])('SIGTERM %s ends it in the same order, with exit code 0', { timeout }, async (_when, sign, order) => {
    let asked = false;
    const { code, output } = await runStub({}, (soFar, askToEnd) => {
      if (asked || !soFar.includes(sign)) return;
      asked = true;
      askToEnd();
    });
    expect(endingsIn(output)).toEqual(order);
    expect(code).toBe(0);
  });
});

describe.skipIf(skip)(suiteName('the application at work'), () => {
  let started: Started;
  beforeAll(async () => {
    started = await startApp(await builtStub());
  }, timeout);
  afterAll(async () => {
    await started?.app.close();
  });
  const locks = () =>
    started
      .output()
      .split('\n')
      .filter(line => line === 'locked').length;

  test.each(['suspend', 'lock-screen'] as const)('%s locks every session', { timeout }, async happening => {
    const before = locks();
    await started.app.evaluate(({ powerMonitor }, name) => powerMonitor.emit(name), happening);
    await eventually(locks).toBe(before + 1);
  });

  test('the menu has a way to lock the bench', { timeout }, async () => {
    const before = locks();
    await started.app.evaluate(({ Menu }) => {
      const lock = Menu.getApplicationMenu()?.items[0]?.submenu?.items.find(item => item.label === 'Lock the bench');
      (lock?.click as (() => void) | undefined)?.();
    });
    await eventually(locks).toBe(before + 1);
  });

  test('a document that the page made is saved where the operator says', { timeout }, async () => {
    const { app, page } = started;
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'saved-')), 'report.pdf');
    await app.evaluate(({ session }, savePath) => {
      // Answers the system's save dialog, after the shell has prepared it.
      session.defaultSession.once('will-download', (_event, item) => {
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
    await eventually(() => app.evaluate(() => globalThis.__saved)).toBe('completed');
    expect(readFileSync(file, 'utf8')).toBe('%PDF-1.7 content');
    const offered = await app.evaluate(() => globalThis.__offered);
    expect(offered).toMatchObject({ filters: [{ extensions: ['pdf'] }] });
    expect(offered?.defaultPath).toMatch(/B07-10001 report\.pdf$/);
  });

  test('a program is not saved, nor anything from elsewhere', { timeout }, async () => {
    const { app, page } = started;
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
    await eventually(() => app.evaluate(() => globalThis.__refusals)).toEqual([true, true, true]);
    expect(existsSync(file)).toBe(false);
  });

  test('a page that crashed gets a successor with a connection of its own', { timeout }, async () => {
    const { app, page, output } = started;
    const connectionOf = (at: Page) =>
      at.evaluate(async () => {
        const reply = await (window as BenchWindow).bench.call('stub.echo', null);
        return reply.ok ? (reply.value as { connection: string }).connection : null;
      });
    const first = await connectionOf(page);
    const next = app.waitForEvent('window');
    await app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    });
    const successor = await next;
    await successor.waitForURL('**/index.html');
    expect(await connectionOf(successor)).not.toBe(first);
    expect(endingsIn(output())).toEqual(['unsubscribed', 'connection closed']);
    started = { ...started, page: successor };
  });

  test('a page that was closed leaves no connection behind', { timeout }, async () => {
    const { app, page, output } = started;
    await page.evaluate(() => (window as BenchWindow).bench.call('stub.echo', 1));
    await app.evaluate(({ app: electron, BrowserWindow }) => {
      electron.removeAllListeners('window-all-closed');
      electron.on('window-all-closed', () => {});
      BrowserWindow.getAllWindows()[0]?.close();
    });
    const closed = ['unsubscribed', 'connection closed'];
    await eventually(() => endingsIn(output())).toEqual([...closed, ...closed]);
  });
});
