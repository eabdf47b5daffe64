import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { Addresses } from './address.ts';
import type { HarnessApp } from './app.ts';
import type { Chromium } from './chromium.ts';
import type { createIpcMain } from './ipc-main.ts';
import { pageScripts, readPreload } from './page/scripts.ts';
import type { FromPage, WorldConfig } from './page/worlds.ts';
import { openPageTarget, type PageListeners, type PageTarget, type Size } from './page-target.ts';
import { asWhole, createEvent, type EmitterMethod, emitting, fire, notEmulated, strict } from './strict.ts';
import { createWire } from './wire.ts';

type ContentsMembers = Pick<
  Electron.WebContents,
  | 'id'
  | 'send'
  | 'getURL'
  | 'isDestroyed'
  | 'isLoading'
  | 'setWindowOpenHandler'
  | 'session'
  | 'mainFrame'
  | 'loadURL'
  | 'reload'
  | 'close'
>;
export type ContentsApi = ContentsMembers & Pick<Electron.WebContents, EmitterMethod>;

const events = [
  'did-start-loading',
  'did-stop-loading',
  'did-finish-load',
  'did-fail-load',
  'dom-ready',
  'did-navigate',
  'will-navigate',
  'will-frame-navigate',
  'will-redirect',
  'will-attach-webview',
  'console-message',
  'preload-error',
  'render-process-gone',
  'destroyed',
];

/** What every window must keep: any other value is not emulated, so an unsafe window cannot be tested by accident. */
const securePreferences = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
} as const satisfies Electron.WebPreferences;
const otherPreferences = ['preload', 'devTools', 'spellcheck', 'navigateOnDragDrop', 'disableBlinkFeatures'];

export type ContentsDeps = {
  app: HarnessApp;
  chromium: Chromium;
  addresses: Addresses;
  ipc: ReturnType<typeof createIpcMain>;
  session: Electron.Session;
};
export type Navigation = { url: string; isMainFrame: boolean; isRedirect: boolean };

export type Contents = {
  readonly id: number;
  readonly api: ContentsApi;
  readonly emitter: EventEmitter;
  targetId(): string | null;
  /** False when main refused it. A navigation that main itself began is not asked about. */
  allowsNavigation(navigation: Navigation): boolean;
  destroy(): void;
};

export function createContents(
  deps: ContentsDeps,
  given: Electron.WebPreferences,
  options: { id: number; size: Size; onClose(): void },
): Contents {
  const { app, chromium, addresses, ipc } = deps;
  const preferences = checkPreferences(given);
  const expected = new Set<string>();
  const wire = createWire();
  let url = '';
  let loading = false;
  let destroyed = false;
  let page: PageTarget | null = null;
  let openHandler: Parameters<Electron.WebContents['setWindowOpenHandler']>[0] | null = null;

  const mainFrame = createMainFrame(
    () => url,
    () => destroyed,
  );

  const answerInvoke = async ({ id, channel, values }: Extract<FromPage, { act: 'invoke' }>) => {
    const event = createEvent({ sender: api, senderFrame: mainFrame, frameId: 1, processId: 1, type: 'frame' });
    const sent = wire.decode(values) as unknown[];
    let text: string;
    try {
      text = wire.encode({ result: await ipc.invoke(channel, asWhole(event), sent) });
    } catch (error) {
      console.error(`Error occurred in handler for '${channel}':`, error);
      text = wire.encode({ error: String(error) });
    }
    page?.enterIsolatedWorld('__harnessAnswer', id, text);
  };
  const askWindowOpen = (target: string) => {
    const answer = openHandler?.({
      url: target,
      frameName: '',
      features: '',
      disposition: 'foreground-tab',
      referrer: { url, policy: 'strict-origin-when-cross-origin' },
    });
    if (answer?.action !== 'deny') console.error(notEmulated(`window.open of ${target} that is not denied`));
  };

  const listeners: PageListeners = {
    onMessage(message) {
      if (message.act === 'invoke') void answerInvoke(message);
      if (message.act === 'window-open') askWindowOpen(addresses.toMain(message.url));
      if (message.act === 'preload-error') {
        fire(api, 'preload-error', {}, preferences.preload, new Error(message.message));
      }
    },
    onNavigated(to) {
      url = addresses.toMain(to);
      fire(api, 'did-navigate', {}, url, 200, '');
    },
    onLoading(isLoading) {
      loading = isLoading;
      fire(api, isLoading ? 'did-start-loading' : 'did-stop-loading');
    },
    onDomReady: () => void fire(api, 'dom-ready'),
    onLoaded: () => void fire(api, 'did-finish-load'),
    onConsole: (level, message) => void fire(api, 'console-message', { level, message: addresses.toMain(message) }),
    onCrashed: () => void fire(api, 'render-process-gone', {}, { reason: 'crashed', exitCode: 139 }),
    onWindowOpen: target => askWindowOpen(addresses.toMain(target)),
  };
  const loadPreload = (): string => {
    if (preferences.preload === undefined) return '';
    try {
      return readPreload(preferences.preload);
    } catch (error) {
      console.error(`Unable to load preload script: ${preferences.preload}`, error);
      queueMicrotask(() => fire(api, 'preload-error', {}, preferences.preload, error));
      return '';
    }
  };
  const open = async () => {
    const config = createWorldConfig(preferences.preload ?? '');
    const scripts = pageScripts(config, loadPreload());
    page = await openPageTarget({ chromium, size: options.size, binding: config.binding, scripts, listeners });
    return page;
  };

  const members: ContentsMembers = {
    id: options.id,
    session: deps.session,
    mainFrame,
    getURL: () => url,
    isLoading: () => loading,
    isDestroyed: () => destroyed,
    setWindowOpenHandler(handler) {
      openHandler = handler;
    },
    send(channel, ...values) {
      if (destroyed) throw new TypeError('Object has been destroyed');
      page?.enterIsolatedWorld('__harnessEvent', channel, wire.encode(values));
    },
    async loadURL(target) {
      const opened = await up;
      const wanted = addresses.toPage(new URL(target).href);
      expected.add(wanted);
      const finished = new Promise<void>(resolve => api.once('did-finish-load', () => resolve()));
      const { errorText } = await opened.navigate(wanted);
      if (errorText) {
        expected.delete(wanted);
        const code = errorText.replace(/^net::/, '');
        fire(api, 'did-fail-load', {}, -2, code, target, true);
        throw Object.assign(new Error(`${code} loading '${target}'`), { code, url: target });
      }
      await finished;
    },
    reload() {
      expected.add(addresses.toPage(url));
      void up.then(opened => opened.reload()).catch(() => {});
    },
    close: () => options.onClose(),
  };
  const emitter = emitting('WebContents', events, members);
  const api = emitter as ContentsApi & typeof emitter;
  const up = open();
  up.catch(error => console.error('electron-harness: the page could not be opened', error));
  fire(app.api, 'web-contents-created', {}, api);

  return {
    id: options.id,
    api,
    emitter,
    targetId: () => page?.targetId ?? null,
    allowsNavigation({ url: to, isMainFrame, isRedirect }) {
      if (!isRedirect && isMainFrame && expected.delete(addresses.toPage(to))) return true;
      const event = createEvent({ url: to, isMainFrame, isSameDocument: false, frame: mainFrame });
      if (isRedirect) api.emit('will-redirect', event, to, false, isMainFrame);
      else api.emit('will-frame-navigate', event);
      if (!isRedirect && isMainFrame && !event.defaultPrevented) api.emit('will-navigate', event, to);
      return !event.defaultPrevented;
    },
    destroy() {
      if (destroyed) return;
      destroyed = true;
      api.emit('destroyed');
      void up.then(opened => opened.close()).catch(() => {});
    },
  };
}

function createMainFrame(url: () => string, isDestroyed: () => boolean): Electron.WebFrameMain {
  return asWhole(
    strict('frame', {
      get url() {
        return url();
      },
      get origin() {
        const parsed = URL.parse(url());
        if (!parsed) return 'null';
        return parsed.origin === 'null' ? `${parsed.protocol}//${parsed.host}` : parsed.origin;
      },
      parent: null,
      frames: [],
      routingId: 1,
      processId: 1,
      detached: false,
      isDestroyed,
    }),
  );
}

function checkPreferences(given: Electron.WebPreferences): Electron.WebPreferences {
  for (const [name, value] of Object.entries(given)) {
    const required = Object.entries(securePreferences).find(([known]) => known === name);
    if (required ? required[1] !== value : !otherPreferences.includes(name)) {
      throw notEmulated(`webPreferences.${name}: ${String(value)}`);
    }
  }
  return { ...securePreferences, ...given };
}

function createWorldConfig(preloadPath: string): WorldConfig {
  const binding = `__harness${randomBytes(8).toString('hex')}`;
  return {
    binding,
    toMainWorld: `${binding}m`,
    toIsolatedWorld: `${binding}i`,
    preloadPath,
    process: {
      type: 'renderer',
      sandboxed: true,
      contextIsolated: true,
      platform: process.platform,
      arch: process.arch,
      versions: { ...process.versions },
      env: {},
    },
  };
}
