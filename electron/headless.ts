import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeBackupWorker } from './backup-process.ts';
import { createFileKeystore } from './drivers/keystore/keystore.file.ts';
import { serveOnLoopback } from './loopback.ts';
import { openBench } from './open-bench.ts';
import { nodeReportWorker } from './report-process.ts';

export type HeadlessOptions = {
  dataDir: string;
  /** 0 takes any free port. */
  port: number;
  training: boolean;
  phones: number;
  serialPaths: readonly string[];
  adb?: string;
  piceaCommand: { command: string; args: readonly string[] } | null;
  rendererDir: string;
  log(line: Record<string, unknown>): void;
};

const project = fileURLToPath(new URL('..', import.meta.url));

/** Version of the application, from package.json. */
export function appVersion(): string {
  const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** Where data go unless told otherwise. */
export function defaultDataDir(): string {
  return join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'veriqko-bench');
}

/** The same bench as the desktop's, on 127.0.0.1 for a browser of this machine. Keys rest in a file of the data folder. */
export async function startHeadless(options: HeadlessOptions) {
  const station = await openBench({
    ...options,
    appVersion: appVersion(),
    worker: nodeReportWorker(),
    backups: nodeBackupWorker(),
    keystore: async folder => createFileKeystore(join(folder, 'keystore.json')),
  });
  const host = await serveOnLoopback({ station, rendererDir: options.rendererDir, port: options.port });
  return {
    url: host.url,
    async close() {
      await host.close();
      await station.close();
    },
  };
}
