import path from 'node:path';
import { parseArgs } from 'node:util';
import { backupDied } from './backup-process.ts';
import type { DocumentTasks } from './document-tasks.ts';
import type { StartChild } from './drivers/child/child.ts';
import { createFileKeystore } from './drivers/keystore/keystore.file.ts';
import { openOsKeystore } from './drivers/keystore/keystore.node.ts';
import type { WorkerReply } from './drivers/worker/protocol.ts';
import { createWorkerRequests } from './drivers/worker/requests.ts';
import type { Worker } from './drivers/worker/worker.ts';
import type { BackupTasks } from './features/backup/backup-tasks.ts';
import { launchOptions, readLaunchOptions } from './launch-options.ts';
import { openBench } from './open-bench.ts';
import type { Place } from './shell/bench.ts';
import { startDesktop } from './shell/desktop.ts';
import { logLine } from './shell/log.ts';
import { startUtility } from './shell/utility.ts';

startDesktop(async place => {
  // Electron's and Chromium's own switches are among the arguments: not strict.
  const { values } = parseArgs({ args: process.argv.slice(1), strict: false, options: launchOptions });
  const options = readLaunchOptions(values);
  return openBench({
    ...options,
    dataDir: place.dataDir,
    appVersion: place.version,
    log: logLine,
    // Training keys protect nothing real, and a trainee's machine may have no keyring.
    keystore: async folder =>
      options.training ? createFileKeystore(path.join(folder, 'keystore.json')) : openOsKeystore(place.name),
    worker: reportWorker(place),
    backups: backupWorker(place),
    startLine: helper(place, 'line-process', 'Veriqko Bench serial line'),
    startUsb: helper(place, 'usb-process', 'Veriqko Bench USB'),
  });
});

function reportWorker({ program, fontsDir }: Place): Worker<DocumentTasks> {
  const builder = { entry: program('report-worker'), args: [fontsDir], name: 'Veriqko Bench documents' };
  return createWorkerRequests<DocumentTasks>(on =>
    startUtility(builder, { message: reply => on.reply(reply as WorkerReply), end: on.end }),
  );
}

function backupWorker({ program }: Place): Worker<BackupTasks> {
  const maker = { entry: program('backup-worker'), args: [], name: 'Veriqko Bench backups' };
  return createWorkerRequests<BackupTasks>(
    on => startUtility(maker, { message: reply => on.reply(reply as WorkerReply), end: on.end }),
    backupDied,
  );
}

/** A process of ours that speaks lines. */
function helper({ program }: Place, entry: string, name: string): StartChild {
  const started = { entry: program(entry), args: [], name };
  return ({ onLine, onEnd }) =>
    startUtility(started, {
      message: line => onLine(String(line)),
      end: code => onEnd(`ended with code ${code}`, ''),
    });
}
