import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { describeWithTools } from '../support/tools.ts';

const user = path.resolve(import.meta.dirname, '../peers/keyring-user.ts');
const homes: string[] = [];
afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
});

function newHome(): string {
  const home = mkdtempSync(path.join(tmpdir(), 'keyring-'));
  homes.push(home);
  return home;
}

/** Signs in to a desktop session of its own with a Secret Service, and lets a process act on the bench's keystore there. */
function inSession(home: string, ...act: string[]) {
  const unlockAndRun =
    'printf %s "$KEYRING_PASSWORD" | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"';
  const done = spawnSync('dbus-run-session', ['--', 'sh', '-c', unlockAndRun, 'sh', process.execPath, user, ...act], {
    encoding: 'utf8',
    timeout: 20_000,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      XDG_RUNTIME_DIR: home,
      XDG_DATA_HOME: path.join(home, 'data'),
      KEYRING_PASSWORD: 'of the desktop session',
    },
  });
  expect(done.status, done.stderr).toBe(0);
  const said: unknown = JSON.parse(done.stdout);
  return said;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => path.join(folder, name))
    .filter(file => statSync(file).isFile());
}

describeWithTools('keys in the keyring of the system', ['dbus-run-session', 'gnome-keyring-daemon'], () => {
  test('outlive the process and the session, and can be taken back', () => {
    const home = newHome();
    expect(inSession(home, 'get', 'database-key')).toEqual({ strength: 'os', value: null });
    expect(inSession(home, 'set', 'database-key', 'kept')).toEqual({ strength: 'os', value: 'kept' });
    expect(inSession(home, 'get', 'database-key')).toEqual({ strength: 'os', value: 'kept' });
    expect(inSession(home, 'delete', 'database-key')).toEqual({ strength: 'os', value: null });
  });

  test('rest on the disk, and not as they are', () => {
    const home = newHome();
    const key = Buffer.alloc(32, 'key').toString('base64');
    inSession(home, 'set', 'database-key', key);
    const files = filesBelow(path.join(home, 'data'));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter(file => readFileSync(file).includes(key))).toEqual([]);
  });
});
