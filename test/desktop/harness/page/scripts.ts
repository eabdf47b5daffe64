import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Script } from 'node:vm';
import { createWire } from '../wire.ts';
import { createBridge } from './bridge.ts';
import { runIsolatedWorld, runMainWorld, type WorldConfig } from './worlds.ts';

export const isolatedWorldName = 'Electron Isolated Context';

/** The source texts to run at the start of every document, in the main world and in the isolated one. */
export function pageScripts(config: WorldConfig, preload: string) {
  const data = JSON.stringify(config);
  const preloadFunction = `function (require, process, exports, module) {${preload}\n}`;
  return {
    mainWorld: `(${runMainWorld})(${data}, ${createBridge})`,
    isolatedWorld: `(${runIsolatedWorld})(${data}, ${createBridge}, ${createWire}, ${preloadFunction})\n//# sourceURL=${config.preloadPath}`,
  };
}

/** The preload's source. Throws when it cannot be read or is not a CommonJS script: sandboxed preloads are CommonJS. */
export function readPreload(file: string): string {
  if (!path.isAbsolute(file)) throw new Error('preload script must have absolute path.');
  const source = readFileSync(file, 'utf8');
  new Script(`(function () {${source}\n})`, { filename: file });
  return source;
}
