import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { electronBin } from './launch.ts';

export type Ended = { code: number | null; output: string };

type Run = { appDir: string; userData: string; args?: string[]; env?: Record<string, string> };

/** Starts an application without a driver, as an operator would, and waits until it has ended. */
export async function runToEnd(run: Run, onOutput?: (output: string, askToEnd: () => void) => void): Promise<Ended> {
  const { appDir, userData, args = [], env = {} } = run;
  const child = spawn(electronBin, ['--no-sandbox', `--user-data-dir=${userData}`, appDir, ...args], {
    env: { ...process.env, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      output += String(chunk);
      onOutput?.(output, () => child.kill('SIGTERM'));
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
