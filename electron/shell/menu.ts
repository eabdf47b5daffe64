import { app, Menu, type MenuItemConstructorOptions } from 'electron';

/** The application's menu: editing, zoom and full screen, and the means to lock the bench. */
export function installMenu({ onLock }: { onLock(): void }): void {
  const lock: MenuItemConstructorOptions = { label: 'Lock the bench', accelerator: 'CmdOrCtrl+L', click: onLock };
  const inspect: MenuItemConstructorOptions[] = app.isPackaged ? [] : [{ role: 'reload' }, { role: 'toggleDevTools' }];
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      { label: 'Bench', submenu: [lock, { type: 'separator' }, { role: 'quit' }] },
      { role: 'editMenu' },
      {
        label: 'View',
        submenu: [
          { role: 'resetZoom' },
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          { role: 'togglefullscreen' },
          ...inspect,
        ],
      },
    ]),
  );
}
