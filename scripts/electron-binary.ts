import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectDir } from './bundle.ts';

const electronDir = path.join(projectDir, 'node_modules/electron');
const downloadLimitMs = 5 * 60_000;

function installed(): string | null {
  const note = path.join(electronDir, 'path.txt');
  if (!existsSync(note)) return null;
  const binary = path.join(electronDir, 'dist', readFileSync(note, 'utf8').trim());
  return existsSync(binary) ? binary : null;
}

/**
 * Electron's executable: from ELECTRON_BIN, from node_modules, or fetched now by Electron's own installer. Null where
 * none is to be had, with the reason.
 */
export function electronBinary(): { binary: string } | { binary: null; why: string } {
  const given = process.env.ELECTRON_BIN;
  if (given !== undefined)
    return existsSync(given)
      ? { binary: given }
      : { binary: null, why: `ELECTRON_BIN names ${given}, which does not exist` };
  const present = installed();
  if (present) return { binary: present };
  if (!existsSync(path.join(electronDir, 'install.js')))
    return { binary: null, why: 'the package electron is not installed' };
  console.error('Electron is not here yet: fetching it. Start with --browser to go without.');
  spawnSync(process.execPath, [path.join(electronDir, 'install.js')], { stdio: 'ignore', timeout: downloadLimitMs });
  const fetched = installed();
  return fetched ? { binary: fetched } : { binary: null, why: "Electron's binary could not be downloaded" };
}

/** Runs the built application in Electron until it is closed; resolves with its exit code. */
export function openElectron(binary: string, args: readonly string[]): Promise<number> {
  const child = spawn(binary, [projectDir, ...args], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => resolve(code ?? 1));
  });
}
