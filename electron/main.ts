import path from 'node:path';
import { app } from 'electron';
import { createFileKeystore } from './drivers/keystore/keystore.file.ts';
import { openOsKeystore } from './drivers/keystore/keystore.node.ts';
import type { ReportTasks } from './features/reports/report-worker.ts';
import { openBench } from './open-bench.ts';
import { startDesktop } from './shell/desktop.ts';
import { readLaunchOptions } from './shell/launch-options.ts';
import { logLine } from './shell/log.ts';
import { createUtilityWorker, utilityChild } from './shell/utility.ts';

startDesktop(async () => {
  const options = readLaunchOptions(process.argv);
  const program = (file: string) => path.join(app.getAppPath(), 'dist', file);
  const fontsDir = path.join(
    app.isPackaged ? process.resourcesPath : path.join(app.getAppPath(), 'resources'),
    'fonts',
  );
  return openBench({
    ...options,
    dataDir: path.join(app.getPath('userData'), 'bench'),
    appVersion: app.getVersion(),
    log: logLine,
    // Training keys protect nothing real, and a trainee's machine may have no keyring.
    keystore: folder =>
      options.training
        ? Promise.resolve(createFileKeystore(path.join(folder, 'keystore.json')))
        : openOsKeystore(app.getName()),
    worker: createUtilityWorker<ReportTasks>({
      entry: program('report-worker.js'),
      args: [fontsDir],
      name: 'Veriqko Bench documents',
    }),
    startLine: utilityChild({ entry: program('line-process.js'), args: [], name: 'Veriqko Bench serial line' }),
  });
});
