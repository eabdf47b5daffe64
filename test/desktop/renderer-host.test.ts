import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { isAppUrl } from '../../electron/shell/origin.ts';
import { createRendererHost } from '../../electron/shell/renderer-host.ts';

function rendererFolder(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'renderer-'));
  const renderer = path.join(dir, 'renderer');
  mkdirSync(path.join(renderer, 'assets'), { recursive: true });
  writeFileSync(path.join(dir, 'secret.json'), '{"secret":true}');
  writeFileSync(path.join(renderer, 'index.html'), '<title>bench</title>');
  writeFileSync(path.join(renderer, 'assets/app.js'), 'export {}');
  writeFileSync(path.join(renderer, 'notes.unknown'), 'of no known type');
  symlinkSync(path.join(dir, 'secret.json'), path.join(renderer, 'link.json'));
  symlinkSync(dir, path.join(renderer, 'up'));
  return renderer;
}

describe('check 3: app:// serves the files of the renderer and nothing else', async () => {
  const host = await createRendererHost(rendererFolder());
  const ask = (url: string, method = 'GET') => host(new Request(url, { method }));

  test.each([
    ['app://bench/index.html', 'text/html; charset=utf-8', '<title>bench</title>'],
    ['app://bench/assets/app.js', 'text/javascript; charset=utf-8', 'export {}'],
    ['app://bench/assets/../index.html', 'text/html; charset=utf-8', '<title>bench</title>'],
    ['app://bench/assets/app.js?v=1#x', 'text/javascript; charset=utf-8', 'export {}'],
  ])('%s is served', async (url, mediaType, text) => {
    const response = await ask(url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(mediaType);
    expect(await response.text()).toBe(text);
  });

  test.each([
    'app://bench/',
    'app://bench/../secret.json',
    'app://bench/..%2fsecret.json',
    'app://bench/%2e%2e/secret.json',
    'app://bench/assets/%2e%2e/%2e%2e/secret.json',
    'app://bench/..%5csecret.json',
    'app://bench/..\\secret.json',
    'app://bench/index.html%00.js',
    'app://bench//etc/passwd',
    'app://bench/%2fetc%2fpasswd',
    'app://bench/file:///etc/passwd',
    'app://bench/link.json',
    'app://bench/up/secret.json',
    'app://bench/assets',
    'app://bench/INDEX.HTML',
    'app://bench/notes.unknown',
    'app://other/index.html',
    'app://bench.other/index.html',
    'app://bench:80/index.html',
    'https://bench/index.html',
  ])('%s is not', async url => {
    const response = await ask(url);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
  });

  test('every answer carries the policy and forbids guessing its type', async () => {
    for (const url of ['app://bench/index.html', 'app://bench/nothing.html']) {
      const { headers } = await ask(url);
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none';/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('permissions-policy')).toMatch(/^camera=\(self\), microphone=\(\)/);
    }
  });

  test('HEAD has no body; other methods are refused', async () => {
    const head = await ask('app://bench/index.html', 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await ask('app://bench/index.html', method)).status).toBe(405);
    }
  });
});

describe('checks 5 and 9: the origin is compared by its parts', () => {
  test.each(['app://bench/index.html', 'app://bench/', 'app://bench/index.html#/jobs'])('%s is ours', address => {
    expect(isAppUrl(address)).toBe(true);
  });
  test.each([
    'app://bench.evil/index.html',
    'app://benchmark/',
    'app://user@bench/',
    'app://bench:8080/',
    'https://bench/',
    'file:///app://bench/',
    'blob:app://bench/x',
    'data:text/html,app://bench/',
    'not an address',
    '',
  ])('%s is not', address => {
    expect(isAppUrl(address)).toBe(false);
  });
});
