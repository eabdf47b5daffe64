import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { projectDir } from './bundle.ts';

const sources = ['electron', 'renderer', 'shared', 'migrations', 'package.json', 'package-lock.json'];

function newest(file: string): number {
  const stat = statSync(file);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(file).map(name => newest(path.join(file, name))));
}

/** Whether the built application in this folder is younger than everything it is made from. */
export function isBuilt(outDir: string): boolean {
  const programs = ['main.js', 'preload.cjs', path.join('renderer', 'index.html')].map(name => path.join(outDir, name));
  if (!programs.every(existsSync)) return false;
  const built = Math.min(...programs.map(file => statSync(file).mtimeMs));
  return sources.every(name => newest(path.join(projectDir, name)) < built);
}
