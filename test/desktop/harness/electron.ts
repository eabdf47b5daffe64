// What `import … from 'electron'` resolves to on the harness. The compiler holds main against this file too, so a use
// of anything absent here does not compile; at run time it throws by name.
import { readCommandLine } from './command-line.ts';
import { createHarness } from './harness.ts';

const packaged = process.env.HARNESS_PACKAGED ?? null;
export const launch = readCommandLine(process.argv.slice(2), packaged);
export const harness = createHarness(launch);
export const { app, BrowserWindow, dialog, ipcMain, Menu, net, powerMonitor, protocol, session, shell } =
  harness.electron;
export const { utilityProcess, webContents } = harness.electron;
export type BrowserWindow = InstanceType<typeof BrowserWindow>;
export type { DownloadItemApi as DownloadItem } from './downloads.ts';
export type { ProtocolApi as Protocol } from './protocol.ts';
export type { SessionApi as Session } from './session.ts';
export type { UtilityProcessApi as UtilityProcess } from './utility-process.ts';
export type { ContentsApi as WebContents } from './web-contents.ts';
export type IpcMainInvokeEvent = Pick<Electron.IpcMainInvokeEvent, 'sender' | 'senderFrame'>;
export type MenuItemConstructorOptions = Electron.MenuItemConstructorOptions;
