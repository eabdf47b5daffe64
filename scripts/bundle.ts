import { existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { build as bundle } from 'rolldown';
import { build as buildPages } from 'vite';
import manifest from '../package.json' with { type: 'json' };

export const projectDir = path.resolve(import.meta.dirname, '..');
const inProject = (file: string) => path.join(projectDir, file);

/** The main process as one ES module; the production dependencies stay outside it. */
export async function bundleMain(entry: string, outFile: string): Promise<void> {
  await bundle({
    input: entry,
    cwd: projectDir,
    platform: 'node',
    external: name => isOutside(name),
    output: { file: outFile, format: 'esm', codeSplitting: false },
    logLevel: 'warn',
  });
}

function isOutside(name: string): boolean {
  const isPackage = (known: string) => name === known || name.startsWith(`${known}/`);
  return (
    name.startsWith('node:') || ['electron', ...builtinModules, ...Object.keys(manifest.dependencies)].some(isPackage)
  );
}

/** The stand-alone verifier with all that it needs, as one file for Node 20 or newer. */
export async function bundleVerifier(outFile: string): Promise<void> {
  await bundle({
    input: inProject('scripts/verify.ts'),
    cwd: projectDir,
    platform: 'node',
    external: /^node:/,
    output: { file: outFile, format: 'esm', codeSplitting: false },
    logLevel: 'warn',
  });
}

/** The preload as one CommonJS file that requires nothing but 'electron', as a sandboxed preload must be. */
export async function bundlePreload(outFile: string): Promise<void> {
  await bundle({
    input: inProject('electron/preload.ts'),
    cwd: projectDir,
    platform: 'browser',
    external: ['electron'],
    output: { file: outFile, format: 'cjs', codeSplitting: false },
    logLevel: 'warn',
  });
}

/** The pages. False, and nothing done, while there is no renderer to build. */
export async function bundleRenderer(outDir: string): Promise<boolean> {
  if (!existsSync(inProject('renderer/index.html'))) return false;
  await buildPages({
    root: inProject('renderer'),
    configFile: inProject('renderer/vite.config.ts'),
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true },
  });
  return true;
}

/** Each runs in a process of its own. */
const programs = {
  'main.js': 'electron/main.ts',
  'report-worker.js': 'electron/report-worker.ts',
  'backup-worker.js': 'electron/backup-worker.ts',
  'line-process.js': 'electron/drivers/serial/line-process.ts',
  'usb-process.js': 'electron/drivers/usb/usb-process.ts',
};

/** Everything that the application consists of, into a folder. Returns what could not be built, in words. */
export async function buildApplication(outDir: string): Promise<string[]> {
  await Promise.all([
    ...Object.entries(programs).map(([file, entry]) => bundleMain(inProject(entry), path.join(outDir, file))),
    bundlePreload(path.join(outDir, 'preload.cjs')),
  ]);
  const hasRenderer = await bundleRenderer(path.join(outDir, 'renderer'));
  return hasRenderer ? [] : ['renderer skipped: renderer/index.html does not exist'];
}
