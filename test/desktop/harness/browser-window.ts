import type { EventEmitter } from 'node:events';
import type { HarnessApp } from './app.ts';
import type { Size } from './page-target.ts';
import { asWhole, checkOptions, type EmitterMethod, emitting, fire } from './strict.ts';
import { type Contents, type ContentsApi, type ContentsDeps, createContents } from './web-contents.ts';

type WindowMembers = Pick<
  Electron.BrowserWindow,
  | 'id'
  | 'loadURL'
  | 'close'
  | 'destroy'
  | 'isDestroyed'
  | 'show'
  | 'focus'
  | 'isVisible'
  | 'isMinimized'
  | 'restore'
  | 'minimize'
  | 'getTitle'
> & { readonly webContents: ContentsApi };
export type WindowApi = WindowMembers & Pick<Electron.BrowserWindow, EmitterMethod>;
type WindowStatics = Pick<typeof Electron.BrowserWindow, 'getAllWindows' | 'fromWebContents' | 'getFocusedWindow'>;
export type WindowClass = WindowStatics & (new (options?: Electron.BrowserWindowConstructorOptions) => WindowApi);

const events = ['close', 'closed', 'ready-to-show', 'show', 'focus', 'minimize', 'restore'];
const optionNames = [
  'width',
  'height',
  'minWidth',
  'minHeight',
  'show',
  'title',
  'backgroundColor',
  'icon',
  'webPreferences',
];

type HarnessWindow = { api: WindowApi; contents: Contents; close(): boolean; destroy(): void };

type WindowDeps = Omit<ContentsDeps, 'chromium'> & { app: HarnessApp; chromium(): ContentsDeps['chromium'] };

/** Windows and their contents; each window is a page. */
export function createWindows() {
  const open = new Set<HarnessWindow>();
  let lastId = 0;

  const create = (deps: WindowDeps, options: Electron.BrowserWindowConstructorOptions): HarnessWindow => {
    deps.app.mustBeReady('BrowserWindow');
    checkOptions('BrowserWindow option', options, optionNames);
    const created = createWindow({ ...deps, chromium: deps.chromium() }, options, ++lastId, {
      onClosed() {
        open.delete(created);
        if (open.size === 0) deps.app.lastWindowClosed();
      },
    });
    open.add(created);
    fire(deps.app.api, 'browser-window-created', {}, created.api);
    return created;
  };
  const windowOf = (contents: unknown) => [...open].find(each => each.contents.api === contents) ?? null;

  return {
    contentsOf: (targetId: string) => [...open].find(each => each.contents.targetId() === targetId)?.contents ?? null,
    contentsApis: () => [...open].map(each => asWhole<Electron.WebContents>(each.contents.api)),
    closeAll: () => [...open].every(each => each.close()),
    destroyAll() {
      for (const each of open) each.destroy();
    },
    /** The class that `new BrowserWindow()` needs; what it makes is the object above. */
    createClass(deps: WindowDeps): WindowClass {
      function BrowserWindow(options: Electron.BrowserWindowConstructorOptions = {}) {
        return create(deps, options).api;
      }
      return asWhole(
        Object.assign(BrowserWindow, {
          getAllWindows: () => [...open].map(each => each.api),
          fromWebContents: (contents: unknown) => windowOf(contents)?.api ?? null,
          getFocusedWindow: () => [...open].at(-1)?.api ?? null,
        }),
      );
    },
  };
}

function createWindow(
  deps: ContentsDeps,
  options: Electron.BrowserWindowConstructorOptions,
  id: number,
  { onClosed }: { onClosed(): void },
): HarnessWindow {
  const size: Size = { width: options.width ?? 800, height: options.height ?? 600 };
  let destroyed = false;
  let visible = options.show ?? true;
  let minimized = false;

  const destroy = () => {
    if (destroyed) return;
    destroyed = true;
    contents.destroy();
    fire(api, 'closed');
    onClosed();
  };
  const close = () => {
    if (!destroyed && !fire(api, 'close').defaultPrevented) destroy();
    return destroyed;
  };
  const contents = createContents(deps, options.webPreferences ?? {}, { id, size, onClose: () => void close() });

  const members: WindowMembers = {
    id,
    webContents: contents.api,
    loadURL: url => contents.api.loadURL(url),
    close: () => void close(),
    destroy,
    isDestroyed: () => destroyed,
    isVisible: () => visible,
    isMinimized: () => minimized,
    getTitle: () => options.title ?? '',
    show() {
      visible = true;
      fire(api, 'show');
    },
    focus: () => void fire(api, 'focus'),
    minimize() {
      minimized = true;
      fire(api, 'minimize');
    },
    restore() {
      minimized = false;
      fire(api, 'restore');
    },
  };
  const api: WindowApi & EventEmitter = emitting('BrowserWindow', events, members) as WindowApi & EventEmitter;
  contents.emitter.once('did-finish-load', () => fire(api, 'ready-to-show'));
  return { api, contents, close, destroy };
}
