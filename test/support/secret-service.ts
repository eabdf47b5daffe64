import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

const missing = ['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon'].filter(
  command => spawnSync(command, ['--version'], { stdio: 'ignore' }).error,
);

/** Why a keyring of its own cannot be started here; null when it can. */
export const noSecretService: string | null =
  process.platform !== 'linux'
    ? 'a keyring of its own can be started on Linux alone'
    : missing.length > 0
      ? `${missing.join(' and ')} not installed (apt install dbus gnome-keyring)`
      : null;

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const [line, rest] = text.split('\n');
      if (rest !== undefined && line) resolve(line);
    });
    child.on('error', reject);
    child.on('exit', code => reject(new Error(`ended with ${code} before it said anything`)));
  });
}

/** An unlocked GNOME keyring on a bus of its own; what uses it must be started with `env`. */
export async function startSecretService() {
  const home = mkdtempSync(join(tmpdir(), 'keyring-'));
  const own = { ...process.env, HOME: home, XDG_DATA_HOME: home, XDG_RUNTIME_DIR: home, XDG_CONFIG_HOME: home };
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], {
    env: own,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const env = { ...own, DBUS_SESSION_BUS_ADDRESS: await firstLine(bus) };
  const keyring = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  keyring.stdin?.end('test password\n');
  const ask = ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/'];
  const named = () =>
    spawnSync('dbus-send', [...ask, 'org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets'], { env });
  await until(() => named().stdout.includes('boolean true'), 'the keyring is on the bus');
  return {
    env,
    stop() {
      keyring.kill('SIGKILL');
      bus.kill('SIGKILL');
      rmSync(home, { recursive: true, force: true });
    },
  };
}
