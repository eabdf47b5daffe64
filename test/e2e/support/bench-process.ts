import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launch } from './launch.ts';

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

/**
 * Starts the bench in training mode, in a process of its own on a fresh data folder, and waits for its address. The
 * virtual devices of a bench follow from the name of its folder.
 */
export async function startBenchProcess(folder?: string): Promise<BenchProcess> {
  const dataDir = folder ?? (await mkdtemp(path.join(tmpdir(), 'bench-e2e-')));
  const start = (port: string) =>
    launch(
      ['scripts/start.ts', '--browser', '--training', '--phones', '0', '--data', dataDir, '--port', port],
      /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/,
    );
  let running = await start('0');
  const address = () => running.printed[0];
  return {
    address,
    kill: () => running.end('SIGKILL'),
    async startAgain() {
      running = await start(new URL(address()).port);
    },
    async close() {
      await running.end('SIGTERM');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export type ServerProcess = { readonly url: string; readonly code: string; close(): Promise<void> };

/** Starts the central server on its embedded store, with a code for one station. */
export async function startServerProcess(): Promise<ServerProcess> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'server-e2e-'));
  const running = await launch(
    ['scripts/server.ts', '--data', dataDir, '--port', '0', '--with-code'],
    /enrolment code (\S+)\s+serving (http:\S+)/,
  );
  const [, code = '', url = ''] = running.printed;
  return {
    url,
    code,
    async close() {
      await running.end('SIGTERM');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
