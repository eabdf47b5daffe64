import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectDir } from '../../scripts/bundle.ts';

const source = (file: string) => readFileSync(path.join(projectDir, file), 'utf8');

test('check 1: the sandbox is required before the application is ready', () => {
  const desktop = source('electron/shell/desktop.ts');
  const required = desktop.indexOf('app.enableSandbox()');
  expect(required).toBeGreaterThan(0);
  expect(required).toBeLessThan(desktop.indexOf('.whenReady()'));
});

test('check 2: the one scheme is standard and secure and keeps the policy', () => {
  const protocol = source('electron/shell/protocol.ts');
  expect(protocol).toContain('standard: true, secure: true, supportFetchAPI: true');
  expect(protocol).not.toMatch(/bypassCSP|corsEnabled|allowServiceWorkers|registerFileProtocol/);
});

test('check 9: one file registers handlers, in one place', () => {
  const ipc = source('electron/shell/ipc.ts');
  expect(ipc.match(/ipcMain\./g)).toEqual(['ipcMain.']);
});

test('nothing in the entry waits at its top level, which would keep Electron from becoming ready', () => {
  const statements = source('electron/main.ts').split('\n');
  expect(statements.filter(line => line.startsWith('await '))).toEqual([]);
});
