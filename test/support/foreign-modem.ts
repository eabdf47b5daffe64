import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { haveTool } from './tools.ts';
import { until } from './until.ts';

/** Mounts, network and processes of its own, so that configuration, socket and child touch nothing outside. */
const apart = ['-mnpf', '--kill-child'];

function whyNot(): string | null {
  if (!haveTool('iaxmodem')) return 'iaxmodem is not installed (apt install iaxmodem)';
  const allowed = haveTool('unshare') && spawnSync('unshare', [...apart, 'true']).status === 0;
  return allowed ? null : 'no namespaces of its own can be made here (needs root)';
}

/** Why a modem that others wrote cannot be started here; null when it can. */
export const noForeignModem: string | null = whyNot();

/** iaxmodem with the AT interpreter of spandsp on a pseudo-terminal at `path`. */
export async function startForeignModem() {
  const folder = mkdtempSync(join(tmpdir(), 'foreign-modem-'));
  const path = join(folder, 'line');
  const settings = { device: path, owner: 'root:root', mode: '660', port: '4571', refresh: '300', server: '127.0.0.1' };
  const account = { peername: 'iaxmodem', secret: 'none', cidname: 'none', cidnumber: '1', codec: 'slinear' };
  const lines = Object.entries({ ...settings, ...account }).map(([name, value]) => `${name} ${value}\n`);
  writeFileSync(join(folder, 'modem'), lines.join(''));
  // It leaves its parent; with the shell as the first of its own process space, the end of the shell is its end too.
  const start = 'mount --bind "$1" /etc/iaxmodem && ip link set lo up && iaxmodem -F modem; sleep infinity';
  const modem = spawn('unshare', [...apart, 'sh', '-c', start, 'sh', folder], { stdio: 'ignore' });
  const ended = new Promise(resolve => modem.on('close', resolve));
  await until(() => existsSync(path), 'the modem made its line');
  return {
    path,
    async stop(): Promise<void> {
      modem.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
