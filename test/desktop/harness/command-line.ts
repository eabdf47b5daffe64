import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { extractAll } from '@electron/asar';

/** What Electron works out from its command line before it loads the application. */
export type Launch = {
  appDir: string;
  mainFile: string;
  manifest: { name?: string; productName?: string; version?: string };
  /** Switches that stand before the application's path. */
  switches: readonly string[];
  resourcesDir: string;
  /** The packaged executable, when this is one. */
  executable: string | null;
  argv: string[];
};

type Manifest = Launch['manifest'] & { main?: string };

/** Finds the application as Electron does: the packaged app.asar, else the first argument that is no switch. */
export function readCommandLine(args: readonly string[], executable: string | null): Launch {
  return executable === null ? developmentLaunch(args) : packagedLaunch(args, executable);
}

function developmentLaunch(args: readonly string[]): Launch {
  const found = args.findIndex(argument => !argument.startsWith('-'));
  const at = found < 0 ? args.length : found;
  const target = path.resolve(args[at] ?? '.');
  const isFolder = statSync(target).isDirectory();
  const appDir = isFolder ? target : path.dirname(target);
  const manifest = readManifest(appDir);
  return {
    appDir,
    mainFile: isFolder ? path.join(appDir, manifest.main ?? 'index.js') : target,
    manifest,
    switches: args.slice(0, at),
    resourcesDir: path.join(appDir, 'resources'),
    executable: null,
    argv: [process.execPath, target, ...args.slice(at + 1)],
  };
}

/**
 * Plain Node cannot read inside an archive: lays app.asar and app.asar.unpacked out in a temporary folder, where no
 * node_modules of the project is above it.
 */
function packagedLaunch(args: readonly string[], executable: string): Launch {
  const resourcesDir = path.join(path.dirname(executable), 'resources');
  const folder = mkdtempSync(path.join(tmpdir(), 'asar-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const appDir = path.join(folder, 'app.asar');
  extractAll(path.join(resourcesDir, 'app.asar'), appDir);
  const manifest = readManifest(appDir);
  return {
    appDir,
    mainFile: path.join(appDir, manifest.main ?? 'index.js'),
    manifest,
    switches: args.filter(argument => argument.startsWith('--')),
    resourcesDir,
    executable,
    argv: [executable, ...args],
  };
}

function readManifest(appDir: string): Manifest {
  const file = path.join(appDir, 'package.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest) : {};
}
