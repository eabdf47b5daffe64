import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtStub } from './support/app-folder.ts';
import { eventually } from './support/eventually.ts';
import {
  type BenchWindow,
  electronBin,
  isHarness,
  missingForDesktop,
  type Started,
  startApp,
  suiteName,
} from './support/launch.ts';

const skip = missingForDesktop() !== null;
declare global {
  var __openedOutside: string[] | undefined;
}

const foreign = 'https://elsewhere.invalid/';

describe.skipIf(skip)(suiteName('what a page of the bench can do'), { timeout: 60_000 }, () => {
  let started: Started;
  beforeAll(async () => {
    started = await startApp(await builtStub());
    await started.app.evaluate(({ shell }) => {
      globalThis.__openedOutside = [];
      shell.openExternal = async address => void globalThis.__openedOutside?.push(address);
    });
  }, 60_000);
  afterAll(() => started.app.close());

  const settled = async () => {
    // An answered round trip through main: whatever was asked before it has been decided.
    await started.page.evaluate(() => (window as BenchWindow).bench.call('stub.echo', null));
  };
  const openedPages = () => started.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);

  test('check 1: the page has neither Node nor Electron in reach', async () => {
    const inReach = await started.page.evaluate(() =>
      ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron'].filter(name => name in window),
    );
    expect(inReach).toEqual([]);
  });

  test('check 1: a window with less protection than the bench sets is not made', { skip: !isHarness }, async () => {
    const refusals = await started.app.evaluate(({ BrowserWindow }) =>
      [
        { sandbox: false },
        { contextIsolation: false },
        { nodeIntegration: true },
        { webSecurity: false },
        { webviewTag: true },
      ].map(webPreferences => {
        try {
          return String(new BrowserWindow({ webPreferences }));
        } catch (error) {
          return error instanceof Error ? error.message.replace(/.*webPreferences\./, '') : '';
        }
      }),
    );
    expect(refusals).toEqual([
      'sandbox: false is not emulated',
      'contextIsolation: false is not emulated',
      'nodeIntegration: true is not emulated',
      'webSecurity: false is not emulated',
      'webviewTag: true is not emulated',
    ]);
  });

  test('check 4: the policy forbids what it does not name, and the page meets it', async () => {
    const policy = await started.page.evaluate(async () => {
      const { headers } = await fetch('./index.html');
      return { csp: headers.get('content-security-policy') ?? '', sniff: headers.get('x-content-type-options') };
    });
    expect(policy.csp).toMatch(/^default-src 'none'; script-src 'self';/);
    for (const directive of ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'none'"]) {
      expect(policy.csp).toContain(directive);
    }
    expect(policy.csp).not.toContain('unsafe');
    expect(policy.sniff).toBe('nosniff');
    expect(await started.page.evaluate(() => document.documentElement.dataset.script)).toBe('ran');
  });

  test('check 4: evaluated text, inline scripts and frames do not run', async () => {
    // Deferred, because what DevTools evaluates by itself is exempt from the policy.
    const evaluated = await started.page.evaluate(
      () =>
        new Promise(resolve => {
          setTimeout(() => {
            try {
              resolve(new Function('return "ran"')());
            } catch (error) {
              resolve(error instanceof Error ? error.name : '');
            }
          });
        }),
    );
    expect(evaluated).toBe('EvalError');
    const violated = await started.page.evaluate(async address => {
      const next = () =>
        new Promise<string>(resolve => {
          document.addEventListener('securitypolicyviolation', event => resolve(event.effectiveDirective), {
            once: true,
          });
        });
      const script = document.createElement('script');
      script.textContent = 'document.title = "inline"';
      const first = next();
      document.body.append(script);
      const frame = document.createElement('iframe');
      frame.src = address;
      const directives = [await first];
      const second = next();
      document.body.append(frame);
      return [...directives, await second];
    }, foreign);
    expect(violated).toEqual(['script-src-elem', 'frame-src']);
  });

  test('check 5: leaving for a foreign address is refused, by link and by script', async () => {
    const before = started.page.url();
    await started.page.getByRole('link', { name: 'leave', exact: true }).click({ noWaitAfter: true });
    await settled();
    await started.page.evaluate(address => {
      setTimeout(() => location.assign(address));
    }, 'https://bench.elsewhere.invalid/index.html');
    await settled();
    expect(started.page.url()).toBe(before);
  });

  test('check 5: an answer cannot redirect the window elsewhere', async () => {
    const { app, page } = await startApp(await builtStub());
    const failure = await app.evaluate(async ({ BrowserWindow, session }, location) => {
      const [window] = BrowserWindow.getAllWindows();
      session.defaultSession.protocol.unhandle('app');
      session.defaultSession.protocol.handle('app', () => new Response(null, { status: 302, headers: { location } }));
      session.defaultSession.webRequest.onBeforeRequest((_details, decide) => decide({}));
      return window?.loadURL('app://bench/elsewhere').then(String, (error: Error) => error.message);
    }, foreign);
    expect(failure).toContain('ERR_ABORTED');
    expect(page.url()).not.toContain('elsewhere.invalid');
    await app.close();
  });

  test('check 6: no window opens, by link, by script or as a webview', async () => {
    expect(await started.page.evaluate(address => window.open(address), foreign)).toBeNull();
    await started.page.getByRole('link', { name: 'leave in a new window' }).click({ noWaitAfter: true });
    await started.page.evaluate(() => document.body.append(document.createElement('webview')));
    await settled();
    expect(await openedPages()).toBe(1);
    expect(started.app.context().pages()).toHaveLength(1);
    // The harness opens nothing either way, but says so when main did not deny.
    expect(started.output()).not.toContain('is not denied');
  });

  test('check 7: nothing is handed to the system to be opened', async () => {
    const opened = await started.app.evaluate(() => globalThis.__openedOutside);
    expect(opened).toEqual([]);
  });

  test('check 8: every kind of permission is refused', async () => {
    const state = await started.page.evaluate(() =>
      Promise.all(
        (['camera', 'microphone', 'geolocation', 'notifications'] as const).map(async name => [
          name,
          (await navigator.permissions.query({ name })).state,
        ]),
      ),
    );
    expect(state.filter(([, answer]) => answer === 'granted')).toEqual([]);
  });

  test('check 8: all four permission handlers are set and say no, but for the camera of our own page', {
    skip: !isHarness,
  }, async () => {
    const answers = await started.app.evaluate(() => {
      const { request, check, device, displayMedia } = globalThis.__electronHarness?.permissions ?? {};
      const said: unknown[] = [];
      const nothing = {} as never;
      const ask = (permission: 'media' | 'geolocation', requestingUrl: string, mediaTypes?: ('video' | 'audio')[]) =>
        request?.(nothing, permission, granted => said.push(granted), {
          requestingUrl,
          isMainFrame: true,
          ...(mediaTypes ? { mediaTypes } : {}),
        });
      ask('media', 'app://bench/index.html', ['video']);
      ask('media', 'app://bench/index.html', ['video', 'audio']);
      ask('media', 'app://bench/index.html', ['audio']);
      ask('media', 'app://bench/index.html');
      ask('media', 'app://bench.evil/index.html', ['video']);
      ask('geolocation', 'app://bench/index.html', ['video']);
      const look = (kind: 'media' | 'serial', origin: string, mediaType: 'video' | 'audio', isMainFrame = true) =>
        said.push(check?.(null, kind, origin, { mediaType, isMainFrame, requestingUrl: origin }));
      look('media', 'app://bench/', 'video');
      look('media', 'app://bench/', 'audio');
      look('media', 'app://bench/', 'video', false);
      look('media', 'https://bench/', 'video');
      look('serial', 'app://bench/', 'video');
      said.push(device?.(nothing));
      displayMedia?.(nothing, streams => said.push(streams));
      return said;
    });
    const requests = [true, false, false, false, false, false];
    const checks = [true, false, false, false, false];
    expect(answers).toEqual([...requests, ...checks, false, null]);
  });

  test('check 9: a foreign page in the top frame gets no answer from the station', async () => {
    const { app, page, output } = await startApp(await builtStub());
    const before = output();
    await app.evaluate(async ({ BrowserWindow, session }) => {
      const [window] = BrowserWindow.getAllWindows();
      session.defaultSession.protocol.unhandle('app');
      session.defaultSession.protocol.handle(
        'app',
        () => new Response('<title>x</title>', { headers: { 'content-type': 'text/html' } }),
      );
      session.defaultSession.webRequest.onBeforeRequest((_details, decide) => decide({}));
      await window?.loadURL('app://bench.evil/index.html');
    });
    await page.waitForURL(/bench\.evil/);
    const answer = await page.evaluate(() =>
      (window as BenchWindow).bench.call('stub.echo', 1).then(String, (error: Error) => error.message),
    );
    expect(answer).toContain('refused: not the page of the bench');
    expect(output().slice(before.length)).not.toContain('call stub.echo');
    await app.close();
  });

  test('check 10: only a method name and a plain value of bounded size come through', async () => {
    const answers = await started.page.evaluate(async () => {
      const { bench } = window as BenchWindow;
      const deep: unknown[] = [];
      let at = deep;
      for (let depth = 0; depth < 40; depth++) {
        const next: unknown[] = [];
        at.push(next);
        at = next;
      }
      const attempts: [unknown, unknown][] = [
        ['stub.echo', new Date()],
        ['stub.echo', new Map([['a', 1]])],
        ['stub.echo', new Uint8Array(8)],
        ['stub.echo', Number.NaN],
        ['stub.echo', 10n],
        ['stub.echo', deep],
        ['stub.echo', 'x'.repeat(36_000_000)],
        ['../etc/passwd', null],
        ['constructor', null],
        ['', null],
        [{ toString: () => 'stub.echo' }.toString, null],
        [['stub.echo'], null],
        [null, null],
      ];
      const codes: string[] = [];
      for (const [name, input] of attempts) {
        const reply = await bench.call(name as string, input).catch((error: Error) => error);
        codes.push(reply instanceof Error ? 'rejected' : reply.ok ? 'answered' : reply.error.code);
      }
      return codes;
    });
    expect(answers.filter(code => code !== 'bad_input' && code !== 'rejected')).toEqual([]);
    const plain = { text: 'ä', list: [1, null, true], inner: { none: null } };
    const reply = await started.page.evaluate(value => (window as BenchWindow).bench.call('stub.echo', value), plain);
    expect(reply).toMatchObject({ ok: true, value: { input: plain } });
  });

  test('check 11: the page gets two frozen functions and no event object', async () => {
    const shape = await started.page.evaluate(
      () =>
        new Promise<unknown>(resolve => {
          const { bench } = window as BenchWindow;
          const unsubscribe = bench.subscribe((...values: unknown[]) => {
            unsubscribe();
            resolve({
              keys: Object.keys(bench).sort(),
              frozen: Object.isFrozen(bench),
              writable: Reflect.set(window, 'bench', null),
              values,
            });
          });
          void bench.call('stub.push', 1);
        }),
    );
    expect(shape).toEqual({ keys: ['call', 'subscribe'], frozen: true, writable: false, values: ['stub.pushed', 0] });
  });

  test('check 11: 1,000 pushed events arrive in order, and none after unsubscribing', async () => {
    const received = await started.page.evaluate(async () => {
      const { bench } = window as BenchWindow;
      const got: unknown[] = [];
      const unsubscribe = bench.subscribe((_event, payload) => got.push(payload));
      await bench.call('stub.push', 1000);
      while (got.length < 1000) await new Promise(resolve => setTimeout(resolve, 5));
      unsubscribe();
      await bench.call('stub.push', 5);
      await bench.call('stub.echo', null);
      return got;
    });
    expect(received).toEqual(Array.from({ length: 1000 }, (_, index) => index));
  });

  test('check 14: no request leaves for the network', async () => {
    const failure = await started.page.evaluate(
      address => fetch(address).then(String, (error: Error) => error.name),
      foreign,
    );
    expect(failure).toBe('TypeError');
    const image = await started.page.evaluate(
      address =>
        new Promise(resolve => {
          const element = new Image();
          element.onload = () => resolve('loaded');
          element.onerror = () => resolve('refused');
          element.src = `${address}pixel.png`;
        }),
      foreign,
    );
    expect(image).toBe('refused');
    if (isHarness) {
      const reached = await started.app.evaluate(() => globalThis.__electronHarness?.refusedRequests ?? ['unknown']);
      expect(reached).toEqual([]);
    }
  });

  test('a station that throws becomes a rejection without its stack', async () => {
    const message = await started.page.evaluate(() =>
      (window as BenchWindow).bench.call('stub.throw', null).then(String, (error: Error) => error.message),
    );
    expect(message).toBe("Error invoking remote method 'bench:call': RangeError: a station never does this");
  });

  test('check 17: a second start brings the window forward and its arguments are ignored', async () => {
    await started.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
    const second = spawn(
      electronBin,
      [
        `--user-data-dir=${started.userData}`,
        await builtStub(),
        '--training',
        'app://bench/../../x',
        'javascript:alert(1)',
      ],
      { stdio: 'ignore' },
    );
    const [code] = await once(second, 'exit');
    expect(code).toBe(0);
    const minimized = () =>
      started.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMinimized());
    await eventually(minimized).toBe(false);
    expect(await openedPages()).toBe(1);
    expect(started.page.url()).toMatch(/\/index\.html$/);
  });
});
