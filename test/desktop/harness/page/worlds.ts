// Turned into text and run inside the page, never in Node: nothing here may refer to anything outside its function.
import type { Wire } from '../wire.ts';
import type { Bridge } from './bridge.ts';

export type WorldConfig = {
  /** Names of the DOM events and of the binding, random for each run so that a page cannot guess them. */
  toMainWorld: string;
  toIsolatedWorld: string;
  binding: string;
  preloadPath: string;
  process: Record<string, unknown>;
};

/** What a page tells main through the binding. */
export type FromPage =
  | { act: 'invoke'; id: number; channel: string; values: string }
  | { act: 'window-open'; url: string }
  | { act: 'preload-error'; message: string };

export type PreloadFunction = (
  require: (name: string) => unknown,
  process: unknown,
  exports: unknown,
  module: { exports: unknown },
) => void;

/** Isolated world: the sandboxed preload with its `require`, ipcRenderer and contextBridge. */
export function runIsolatedWorld(
  config: WorldConfig,
  bridgeOf: (outgoing: string, incoming: string) => Bridge,
  wireOf: () => Wire,
  preload: PreloadFunction,
) {
  if (window.top !== window) return; // nodeIntegrationInSubFrames is off
  type Listener = (event: unknown, ...values: unknown[]) => void;
  type Answer = { error?: string; result?: unknown };
  const globals = globalThis as Record<string, unknown>;
  const tellMain = globals[config.binding] as (text: string) => void;
  delete globals[config.binding];
  const tell = (message: FromPage) => tellMain(JSON.stringify(message));
  const wire = wireOf();
  const bridge = bridgeOf(config.toMainWorld, config.toIsolatedWorld);
  const listeners = new Map<string, Listener[]>();
  const waiting = new Map<number, (answer: Answer) => void>();
  let lastId = 0;

  const strict = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get(held, key) {
        if (typeof key === 'symbol' || key in held) return Reflect.get(held, key);
        throw new Error(`electron-harness: ${name}.${key} is not emulated`);
      },
    });
  const off = (channel: string, listener: Listener) => {
    const left = [...(listeners.get(channel) ?? [])];
    const at = left.lastIndexOf(listener);
    if (at >= 0) left.splice(at, 1);
    listeners.set(channel, left);
    return ipcRenderer;
  };
  const ipcRenderer: object = strict('ipcRenderer', {
    on(channel: string, listener: Listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
    off,
    removeListener: off,
    async invoke(channel: string, ...values: unknown[]) {
      const id = ++lastId;
      const answered = new Promise<Answer>(resolve => waiting.set(id, resolve));
      tell({ act: 'invoke', id, channel, values: wire.encode(values) });
      const { error, result } = await answered;
      if (error !== undefined) throw new Error(`Error invoking remote method '${channel}': ${error}`);
      return result;
    },
  });

  globals.__harnessEvent = (channel: string, text: string) => {
    const values = wire.decode(text) as unknown[];
    for (const listener of listeners.get(channel) ?? []) listener({ sender: ipcRenderer, ports: [] }, ...values);
  };
  globals.__harnessAnswer = (id: number, text: string) => {
    waiting.get(id)?.(wire.decode(text) as Answer);
    waiting.delete(id);
  };
  bridge.share('windowOpen', url => tell({ act: 'window-open', url: String(url) }));

  const contextBridge = strict('contextBridge', {
    exposeInMainWorld: (key: string, api: unknown) => bridge.expose(key, api),
  });
  const electron = strict('electron', { contextBridge, ipcRenderer });
  const require = (name: string) => {
    if (name === 'electron' || name === 'electron/renderer') return electron;
    throw new Error(`module not found: ${name}`);
  };
  const module = { exports: {} };
  try {
    preload(require, strict('process', config.process), module.exports, module);
  } catch (error) {
    console.error(`Unable to load preload script: ${config.preloadPath}`, error);
    tell({ act: 'preload-error', message: error instanceof Error ? error.message : String(error) });
  }
}

/** Main world: the other end of the bridge, and a window.open that answers null and asks main. */
export function runMainWorld(config: WorldConfig, bridgeOf: (outgoing: string, incoming: string) => Bridge) {
  if (window.top !== window) return;
  const { shared } = bridgeOf(config.toIsolatedWorld, config.toMainWorld);
  window.open = (url = '') => {
    shared.windowOpen?.(String(new URL(url || 'about:blank', location.href)));
    return null;
  };
}
