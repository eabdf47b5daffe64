import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDataFolder } from '../../electron/database/folder.ts';
import { builtApplication } from './support/app-folder.ts';
import { missingForDesktop, newUserData, startApp, suiteName } from './support/launch.ts';
import { runToEnd } from './support/run-to-end.ts';

const skip = missingForDesktop() !== null;
const timeout = 60_000;
const training = ['--training'];
const shownBox = (output: string) => output.split('\n').find(line => line.startsWith('[error box]')) ?? '';

describe.skipIf(skip)(suiteName('a desktop start that cannot succeed'), () => {
  let appDir = '';
  beforeAll(async () => {
    appDir = await builtApplication();
  }, 60_000);

  test('check 15: without a keyring no secret is stored anywhere, and the operator is told', { timeout }, async () => {
    const userData = newUserData();
    const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' };
    const { code, output } = await runToEnd({ appDir, userData, env });
    expect(shownBox(output)).toMatch(/cannot start: .*keyring.*\(keystore_unavailable\)$/);
    expect(code).toBe(1);
    expect(readdirSync(path.join(userData, 'bench')).filter(file => /key|\.db$/.test(file))).toEqual([]);
  });

  test('a data folder that cannot be used', { timeout }, async () => {
    const userData = newUserData();
    writeFileSync(path.join(userData, 'bench'), 'a file where the folder should be');
    const { code, output } = await runToEnd({ appDir, userData, args: training });
    expect(shownBox(output)).toMatch(/cannot start: .*\(data_folder_unusable\)$/);
    expect(code).toBe(1);
  });

  test('a data folder that another bench works in', { timeout }, async () => {
    const userData = newUserData();
    const folder = openDataFolder(path.join(userData, 'bench/training'));
    const { code, output } = await runToEnd({ appDir, userData, args: training });
    folder.close();
    expect(shownBox(output)).toMatch(/cannot start: .*\(already_running\)$/);
    expect(code).toBe(1);
  });

  test('keys that are gone: nothing is overwritten, and with the keys back it starts again', {
    timeout: 2 * timeout,
  }, async () => {
    const first = await startApp(appDir, { args: training });
    await first.app.close();
    const folder = path.join(first.userData, 'bench/training');
    const away = path.join(first.userData, 'away');
    mkdirSync(away);
    const keys = ['keystore.json', 'machine.key'];
    for (const file of keys) renameSync(path.join(folder, file), path.join(away, file));

    const { code, output } = await runToEnd({ appDir, userData: first.userData, args: training });
    expect(shownBox(output)).toMatch(/cannot start: .*\(database_key_wrong\)$/);
    expect(code).toBe(1);
    expect(existsSync(path.join(folder, 'station.db'))).toBe(true);

    for (const file of keys) renameSync(path.join(away, file), path.join(folder, file));
    const again = await startApp(appDir, { args: training, userData: first.userData });
    await again.page.getByRole('heading', { name: 'Set up this bench' }).waitFor();
    await again.app.close();
  });
});
