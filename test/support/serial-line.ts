import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModemScript } from '../peers/modem.ts';
import { until } from './until.ts';

const modemEntry = fileURLToPath(new URL('../peers/modem.ts', import.meta.url));

/** Why suites on pseudo-terminals cannot run here; null when they can. */
export const noSerialLines: string | null = spawnSync('socat', ['-V']).error
  ? 'socat is not installed (apt install socat)'
  : null;

/** A place for one pseudo-terminal: a path that a modem can be plugged in at and pulled from. */
export function createSerialLine() {
  const folder = mkdtempSync(join(tmpdir(), 'serial-line-'));
  const path = join(folder, 'line');
  let pull = async () => {};

  const plug = async (script: ModemScript = {}): Promise<void> => {
    await pull();
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const socat = spawn('socat', [`PTY,link=${path},raw,echo=0`, `EXEC:"${process.execPath} ${modemEntry}"`], {
      stdio: 'ignore',
      env: { ...process.env, MODEM: JSON.stringify(script) },
    });
    socat.on('close', () => resolve());
    pull = async () => {
      socat.kill('SIGTERM');
      await ended;
    };
    await until(() => existsSync(path), 'the pseudo-terminal is there');
  };

  return {
    path,
    plug,
    /** Ends modem and pseudo-terminal; the path is gone then. */
    pull: () => pull(),
    async remove(): Promise<void> {
      await pull();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
