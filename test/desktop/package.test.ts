import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { extractAll, extractFile, listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { type Browser, chromium } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { projectDir } from '../../scripts/bundle.ts';
import { type BenchWindow, missingForDesktop, newUserData } from './support/launch.ts';

const unsupported = process.platform === 'linux' ? null : 'the packaged folder is examined on Linux alone';
const missing = unsupported ?? missingForDesktop();
const name = missing === null ? 'the packaged application' : `the packaged application (skipped: ${missing})`;

describe.skipIf(missing !== null)(name, () => {
  let folder = '';
  let archive = '';
  let files: string[] = [];

  beforeAll(() => {
    const script = path.join(projectDir, 'scripts/package.ts');
    const packed = spawnSync(process.execPath, [script, '--dir'], { cwd: projectDir, encoding: 'utf8' });
    if (packed.status !== 0) throw new Error(packed.stdout + packed.stderr);
    folder = packed.stdout.trimEnd().split('\n').at(-1) ?? '';
    archive = path.join(folder, 'resources/app.asar');
    files = listPackage(archive, { isPack: false });
  }, 180_000);

  test('check 13: the fuses read back from the executable as they were asked for', async () => {
    const fuses = await getCurrentFuseWire(path.join(folder, 'veriqko-bench'));
    const expected = {
      [FuseV1Options.RunAsNode]: FuseState.DISABLE,
      [FuseV1Options.EnableCookieEncryption]: FuseState.ENABLE,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: FuseState.DISABLE,
      [FuseV1Options.EnableNodeCliInspectArguments]: FuseState.DISABLE,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: FuseState.ENABLE,
      [FuseV1Options.OnlyLoadAppFromAsar]: FuseState.ENABLE,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: FuseState.DISABLE,
    };
    expect(fuses).toMatchObject(expected);
  });

  test('check 16: the archive holds no maps, tests, sources or environment files', () => {
    expect(files.length).toBeGreaterThan(100);
    const unwanted = /\.map$|\.tsx?$|\.env|(^|\/)(test|tests|__tests__)\/|^\/(electron|renderer|scripts|docs|server)\//;
    expect(files.filter(file => unwanted.test(file))).toEqual([]);
  });

  test('the archive holds the programs, the pages and the manifest', () => {
    const own = [
      'main.js',
      'preload.cjs',
      'report-worker.js',
      'backup-worker.js',
      'line-process.js',
      'usb-process.js',
      'renderer/index.html',
    ];
    expect(files).toEqual(expect.arrayContaining(['/package.json', ...own.map(file => `/dist/${file}`)]));
  });

  test('native modules come for this platform alone, and lie beside the archive', () => {
    const native = files.filter(file => file.endsWith('.node'));
    expect(native.length).toBeGreaterThanOrEqual(4);
    expect(native.filter(file => /win32|darwin|android|musl/.test(file))).toEqual([]);
    for (const file of native) expect(readFileSync(path.join(`${archive}.unpacked`, file)).length).toBeGreaterThan(0);
  });

  test.each(['report-worker.js', 'backup-worker.js', 'line-process.js', 'usb-process.js'])(
    '%s loads from the archive alone',
    program => {
      const laidOut = path.join(mkdtempSync(path.join(tmpdir(), 'asar-')), 'app');
      extractAll(archive, laidOut);
      const { status, stderr } = spawnSync(process.execPath, [path.join(laidOut, 'dist', program)], {
        input: '',
        encoding: 'utf8',
        timeout: 20_000,
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    },
  );

  test('check 12: the preload is one file that requires nothing but electron', () => {
    const preload = extractFile(archive, 'dist/preload.cjs').toString('utf8');
    const required = [...preload.matchAll(/require\(([^)]*)\)/g)].map(([, argument]) => argument?.replace(/["']/g, ''));
    expect(required).toEqual(['electron']);
    expect(preload).not.toMatch(/\bimport\s*\(/);
  });

  test('the executable starts the bench from its own archive, and ends when asked', { timeout: 60_000 }, async () => {
    const child = spawn(
      path.join(folder, 'veriqko-bench'),
      ['--no-sandbox', '--remote-debugging-port=0', `--user-data-dir=${newUserData()}`, '--training'],
      { cwd: '/' },
    );
    const browser = await attach(child);
    const [context] = browser.contexts();
    const page = context?.pages()[0] ?? (await context?.waitForEvent('page'));
    await page?.waitForURL('**/index.html');
    const reply = await page?.evaluate(() => (window as BenchWindow).bench.call('station.info', undefined));
    const { version } = JSON.parse(readFileSync(path.join(projectDir, 'package.json'), 'utf8')) as { version: string };
    expect(reply).toMatchObject({ ok: true, value: { training: true, setUp: false, version } });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

/** Over the debugging port, because the fuses close the one of Node that Electron's own driver needs. */
async function attach(child: ChildProcess): Promise<Browser> {
  let text = '';
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr?.on('data', chunk => {
      text += String(chunk);
      const [, found] = /DevTools listening on (ws:\S+)/.exec(text) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(`the executable ended: ${text}`)));
  });
  return chromium.connectOverCDP(address);
}
