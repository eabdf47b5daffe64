import os from 'node:os';
import path from 'node:path';
import type { Launch } from './command-line.ts';
import { createSingleInstance } from './single-instance.ts';
import { type EmitterMethod, emitting, fire, strict } from './strict.ts';

type AppMembers = Pick<
  Electron.App,
  | 'whenReady'
  | 'isReady'
  | 'quit'
  | 'exit'
  | 'getPath'
  | 'setPath'
  | 'getAppPath'
  | 'getVersion'
  | 'getName'
  | 'name'
  | 'isPackaged'
  | 'requestSingleInstanceLock'
  | 'hasSingleInstanceLock'
  | 'releaseSingleInstanceLock'
  | 'enableSandbox'
  | 'setAppUserModelId'
  | 'commandLine'
>;
export type AppApi = AppMembers & Pick<Electron.App, EmitterMethod>;

const events = [
  'ready',
  'will-finish-launching',
  'before-quit',
  'will-quit',
  'quit',
  'window-all-closed',
  'activate',
  'second-instance',
  'web-contents-created',
  'browser-window-created',
  'render-process-gone',
];

export type AppDeps = {
  launch: Launch;
  /** Asks every window to close; false when one refused. */
  closeWindows(): boolean;
  destroyWindows(): void;
  /** Ends the browser and then this process. */
  end(code: number): void;
};

export type HarnessApp = ReturnType<typeof createApp>;

export function createApp({ launch, closeWindows, destroyWindows, end }: AppDeps) {
  const ready = Promise.withResolvers<void>();
  const switches: string[] = [];
  let isReady = false;
  let quitting = false;
  let sandboxed = false;

  const quit = () => {
    if (quitting || fire(api, 'before-quit').defaultPrevented) return;
    quitting = true;
    if (!closeWindows()) quitting = false;
    else finishQuit();
  };
  const finishQuit = () => {
    if (fire(api, 'will-quit').defaultPrevented) quitting = false;
    else exit(0);
  };
  const exit = (code = 0) => {
    quitting = true;
    destroyWindows();
    fire(api, 'quit', {}, code);
    instance.release();
    end(code);
  };
  const instance = createSingleInstance(({ argv, cwd, data }) => fire(api, 'second-instance', {}, argv, cwd, data));
  const paths = createPaths(launch);
  const commandLine = strict('app.commandLine', {
    appendSwitch: (name: string, value?: string) => void switches.push(`--${name}${value ? `=${value}` : ''}`),
    hasSwitch: (name: string) =>
      [...launch.switches, ...switches].some(given => given === `--${name}` || given.startsWith(`--${name}=`)),
  }) as Electron.CommandLine;

  const members: AppMembers = {
    name: paths.name,
    isPackaged: launch.executable !== null,
    commandLine,
    whenReady: () => ready.promise,
    isReady: () => isReady,
    quit,
    exit,
    getName: () => paths.name,
    getVersion: () => launch.manifest.version ?? '',
    getAppPath: () => launch.appDir,
    getPath: name => paths.get(name),
    setPath: (name, folder) => paths.set(name, folder),
    requestSingleInstanceLock: data => instance.request(paths.get('userData'), data),
    hasSingleInstanceLock: () => instance.has(),
    releaseSingleInstanceLock: () => instance.release(),
    enableSandbox() {
      if (isReady) throw new Error('app.enableSandbox() can only be called before app is ready');
      sandboxed = true;
    },
    setAppUserModelId() {},
  };
  const api = emitting('app', events, members);

  return {
    api: api as AppApi & typeof api,
    /** Switches that main added; they reach the browser when it starts. */
    switches: switches as readonly string[],
    isQuitting: () => quitting,
    isSandboxed: () => sandboxed,
    isReady: () => isReady,
    userDataDir: () => paths.get('userData'),
    mustBeReady(what: string) {
      if (!isReady) throw new Error(`${what} cannot be used before app is ready`);
    },
    becomeReady() {
      isReady = true;
      fire(api, 'will-finish-launching');
      fire(api, 'ready', {}, {});
      ready.resolve();
    },
    lastWindowClosed() {
      if (quitting) return;
      if (api.listenerCount('window-all-closed') > 0) fire(api, 'window-all-closed');
      else quit();
    },
  };
}

/** app.getPath on Linux. */
function createPaths({ manifest, executable, switches }: Launch) {
  const name = (manifest.productName ?? manifest.name ?? 'Electron').trim();
  const given = new Map<string, string>();
  const userData = switches.find(each => each.startsWith('--user-data-dir='));
  if (userData !== undefined) given.set('userData', path.resolve(userData.slice('--user-data-dir='.length)));

  const get = (wanted: string): string => {
    const known = given.get(wanted);
    if (known !== undefined) return known;
    if (wanted === 'userData' || wanted === 'sessionData') return path.join(get('appData'), name);
    if (wanted === 'logs') return path.join(get('userData'), 'logs');
    if (wanted === 'appData') return process.env.XDG_CONFIG_HOME ?? path.join(os.homedir(), '.config');
    if (wanted === 'home') return os.homedir();
    if (wanted === 'temp') return os.tmpdir();
    if (wanted === 'exe') return executable ?? process.execPath;
    if (['desktop', 'documents', 'downloads', 'pictures'].includes(wanted)) {
      return path.join(os.homedir(), wanted.charAt(0).toUpperCase() + wanted.slice(1));
    }
    throw new Error(`Failed to get '${wanted}' path`);
  };
  return {
    name,
    get,
    set(wanted: string, folder: string) {
      if (!path.isAbsolute(folder)) throw new Error('Path must be absolute');
      given.set(wanted, folder);
    },
  };
}
