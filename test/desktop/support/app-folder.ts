import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { buildApplication, bundleMain, bundlePreload, projectDir } from '../../../scripts/bundle.ts';

const folder = path.join(projectDir, 'build', 'desktop-tests');

/** The application built from the present sources, as a folder to start Electron on. */
export function builtApplication(): Promise<string> {
  return builtOnce('application', ['electron', 'shared', 'renderer', 'migrations'], async dir => {
    const missing = await buildApplication(path.join(dir, 'dist'));
    if (missing.length > 0) throw new Error(missing.join('; '));
    copyFileSync(path.join(projectDir, 'package.json'), path.join(dir, 'package.json'));
    symlinkSync(path.join(projectDir, 'resources'), path.join(dir, 'resources'));
  });
}

/** The shell around a station that answers from a table, with a page of a few lines. */
export function builtStub(): Promise<string> {
  return builtOnce('stub', ['electron/shell', 'electron/preload.ts', 'shared', 'test/desktop/stub'], async dir => {
    await bundleMain(path.join(projectDir, 'test/desktop/stub/main.ts'), path.join(dir, 'dist/main.js'));
    await bundlePreload(path.join(dir, 'dist/preload.cjs'));
    cpSync(path.join(projectDir, 'test/desktop/stub/renderer'), path.join(dir, 'dist/renderer'), { recursive: true });
    const manifest = {
      name: 'bench-stub',
      productName: 'Bench Stub',
      version: '1.2.3',
      type: 'module',
      main: 'dist/main.js',
    };
    writeFileSync(path.join(dir, 'package.json'), JSON.stringify(manifest));
  });
}

/** Builds unless the same sources are built already; who builds at the same time as another throws its own away. */
async function builtOnce(name: string, sources: string[], build: (dir: string) => Promise<void>): Promise<string> {
  const target = path.join(folder, `${name}-${stampOf(sources)}`);
  if (existsSync(target)) return target;
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(path.join(folder, `${name}-`));
  await build(work);
  try {
    renameSync(work, target);
  } catch (error) {
    rmSync(work, { recursive: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

function stampOf(sources: string[]): string {
  const hash = createHash('sha256');
  for (const source of [...sources, 'scripts/bundle.ts', 'package.json']) {
    const at = path.join(projectDir, source);
    const files = statSync(at).isDirectory() ? readdirSync(at, { recursive: true, encoding: 'utf8' }) : [''];
    for (const file of files.sort()) {
      const { mtimeMs, size } = statSync(path.join(at, file));
      hash.update(`${file}:${mtimeMs}:${size};`);
    }
  }
  return hash.digest('hex').slice(0, 12);
}
