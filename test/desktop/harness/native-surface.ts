import { type EmitterMethod, emitting, notEmulated, strict } from './strict.ts';

export type DialogApi = Pick<Electron.Dialog, 'showErrorBox' | 'showMessageBox'>;

/** An error box becomes a line on standard error; a question throws until the test answers it. */
export function createDialog(): DialogApi {
  return strict<DialogApi>('dialog', {
    showErrorBox: (title, content) => console.error(`[error box] ${title}: ${content}`),
    showMessageBox: async () => {
      throw notEmulated('dialog.showMessageBox without an answer from the test');
    },
  });
}

export type ShellApi = Pick<Electron.Shell, 'openExternal'>;

export function createShell(): ShellApi {
  return strict<ShellApi>('shell', {
    openExternal: async () => {
      throw notEmulated('shell.openExternal without a stub from the test');
    },
  });
}

export type MenuApi = Pick<typeof Electron.Menu, 'setApplicationMenu' | 'buildFromTemplate' | 'getApplicationMenu'>;

const menuItemOptions = ['label', 'role', 'type', 'submenu', 'accelerator', 'click', 'enabled', 'visible', 'id'];

/** Menus exist, are checked and can be clicked by a test; nothing is drawn. */
export function createMenu(): MenuApi {
  let current: Electron.Menu | null = null;
  const build = (template: readonly (Electron.MenuItemConstructorOptions | Electron.MenuItem)[]): Electron.Menu => {
    const items = template.map(item => {
      for (const name of Object.keys(item))
        if (!menuItemOptions.includes(name)) throw notEmulated(`menu item '${name}'`);
      const { submenu } = item;
      return { ...item, submenu: Array.isArray(submenu) ? build(submenu) : submenu };
    });
    return strict('Menu', { items }) as Electron.Menu;
  };
  return strict<MenuApi>('Menu', {
    buildFromTemplate: build,
    setApplicationMenu(menu) {
      current = menu;
    },
    getApplicationMenu: () => current,
  });
}

type PowerMembers = Pick<Electron.PowerMonitor, 'getSystemIdleTime'>;
export type PowerMonitorApi = PowerMembers & Pick<Electron.PowerMonitor, EmitterMethod>;
const powerEvents = ['suspend', 'resume', 'shutdown', 'lock-screen', 'unlock-screen'];

/** Emits nothing by itself: a test emits. */
export function createPowerMonitor() {
  const api = emitting('powerMonitor', powerEvents, { getSystemIdleTime: () => 0 } satisfies PowerMembers);
  return api as PowerMonitorApi & typeof api;
}
