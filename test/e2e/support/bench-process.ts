import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const projectDir = path.resolve(import.meta.dirname, '../../..');
const addressPattern = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/;
const startTimeoutMs = 90_000;

export type BenchProcess = {
  /** Address with the launch token, as printed. */
  readonly address: string;
  /** Everything it has written so far. */
  output(): string;
  /** Ends it as an operator would and waits until it has ended. */
  close(): Promise<void>;
};

/** Starts the bench in training mode, in a process of its own on a fresh data folder, and waits for its address. */
export async function startBenchProcess(): Promise<BenchProcess> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'bench-e2e-'));
  const child = spawn(
    process.execPath,
    ['scripts/start.ts', '--browser', '--training', '--data', dataDir, '--port', '0'],
    { cwd: projectDir, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()));
  let text = '';
  const close = async () => {
    child.kill('SIGTERM');
    await exited;
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const address = await addressOf(child, chunk => {
      text += chunk;
      return text;
    });
    return { address, output: () => text, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function addressOf(child: ChildProcess, collect: (chunk: string) => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`The bench did not start: ${why}\n${collect('')}`));
    const timer = setTimeout(() => fail('no address in time'), startTimeoutMs);
    const read = (chunk: Buffer) => {
      const address = addressPattern.exec(collect(chunk.toString()))?.[0];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', code => {
      clearTimeout(timer);
      fail(`it ended with ${code}`);
    });
  });
}
