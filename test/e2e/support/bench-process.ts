import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const projectDir = path.resolve(import.meta.dirname, '../../..');
const addressPattern = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/;
const startTimeoutMs = 90_000;

export type BenchProcess = {
  /** Address with the token of the present launch, as printed. */
  address(): string;
  /** Kills it at once, without a chance to tidy up. */
  kill(): Promise<void>;
  /** Starts it again on the same data and the same port. */
  startAgain(): Promise<void>;
  /** Ends it as an operator would and removes its data. */
  close(): Promise<void>;
};

/** Starts the bench in training mode, in a process of its own on a fresh data folder, and waits for its address. */
export async function startBenchProcess(): Promise<BenchProcess> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'bench-e2e-'));
  let launch = await launchBench(dataDir, '0');
  return {
    address: () => launch.address,
    kill: () => launch.end('SIGKILL'),
    async startAgain() {
      launch = await launchBench(dataDir, new URL(launch.address).port);
    },
    async close() {
      await launch.end('SIGTERM');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function launchBench(dataDir: string, port: string) {
  const args = ['scripts/start.ts', '--browser', '--training', '--data', dataDir, '--port', port];
  const child = spawn(process.execPath, args, { cwd: projectDir, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()));
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
  };
  try {
    return { address: await printedAddress(child), end };
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
}

function printedAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`The bench did not start: ${why}\n${text}`));
    };
    const timer = setTimeout(() => fail('no address in time'), startTimeoutMs);
    const read = (chunk: Buffer) => {
      text += chunk.toString();
      const address = addressPattern.exec(text)?.[0];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', code => fail(`it ended with ${code}`));
  });
}
