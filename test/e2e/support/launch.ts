import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

const projectDir = path.resolve(import.meta.dirname, '../../..');
const startTimeoutMs = 90_000;

export type Launch = {
  /** What its output matched. */
  readonly printed: RegExpExecArray;
  /** Sends the signal and waits until it has ended. */
  end(signal: NodeJS.Signals): Promise<void>;
};

/** Starts one of the project's commands in a process of its own and waits until its output matches. */
export async function launch(args: readonly string[], pattern: RegExp): Promise<Launch> {
  const child = spawn(process.execPath, args, { cwd: projectDir, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()));
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
  };
  try {
    return { printed: await firstMatch(child, pattern), end };
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
}

function firstMatch(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`${child.spawnargs.join(' ')} did not start: ${why}\n${text}`));
    };
    const timer = setTimeout(() => fail('it did not say so in time'), startTimeoutMs);
    const read = (chunk: Buffer) => {
      text += chunk.toString();
      const match = pattern.exec(text);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', code => fail(`it ended with ${code}`));
  });
}
