// npm run package -- --dir        the application as a folder that starts
// npm run package                 the installers of this platform; needs Electron's own distribution
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildApplication, projectDir } from './bundle.ts';
import { findElectronDist } from './electron-dist.ts';

const { values } = parseArgs({ options: { dir: { type: 'boolean' } } });
const platforms: Partial<Record<NodeJS.Platform, { flag: string; folder: string }>> = {
  linux: { flag: '--linux', folder: 'linux-unpacked' },
  win32: { flag: '--win', folder: 'win-unpacked' },
  darwin: { flag: '--mac', folder: 'mac' },
};

const fail = (words: string): never => {
  console.error(words);
  process.exit(1);
};

const platform = platforms[process.platform] ?? fail(`the bench is not packaged for ${process.platform}`);
const electron = findElectronDist();
if (electron.isStub) {
  if (!values.dir || process.platform !== 'linux') {
    fail(
      "installers need Electron's own distribution: run node node_modules/electron/install.js, or set ELECTRON_DIST",
    );
  }
  console.log("Electron's own distribution is not here: packaging around a stub that starts the test harness");
}

const missing = await buildApplication(path.join(projectDir, 'build/package'));
if (missing.length > 0) fail(missing.join('\n'));
const builder = path.join(projectDir, 'node_modules/electron-builder/cli.js');
const target = values.dir ? ['dir'] : [];
const { status } = spawnSync(
  process.execPath,
  [builder, platform.flag, ...target, '--publish', 'never', `-c.electronDist=${electron.dir}`],
  { cwd: projectDir, stdio: ['ignore', 'inherit', 'inherit'] },
);
if (status !== 0) fail('electron-builder failed');
if (values.dir) console.log(path.join(projectDir, 'release', platform.folder));
