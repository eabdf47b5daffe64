import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectDir } from './bundle.ts';

export type ElectronDist = { dir: string; isStub: boolean };

/** Electron's own distribution from ELECTRON_DIST or node_modules, else a stub that starts the test harness. */
export function findElectronDist(): ElectronDist {
  const given = process.env.ELECTRON_DIST;
  if (given !== undefined) {
    if (!existsSync(given)) throw new Error(`ELECTRON_DIST names ${given}, which does not exist`);
    return { dir: path.resolve(given), isStub: false };
  }
  const installed = path.join(projectDir, 'node_modules/electron/dist');
  if (existsSync(path.join(installed, 'version'))) return { dir: installed, isStub: false };
  return { dir: writeStub(path.join(projectDir, 'build/electron-stub')), isStub: true };
}

/**
 * Electron's defaults as electron-builder finds them in a binary: the sentinel, version 1 of the wire, its length and
 * one character for each fuse, from runAsNode to wasmTrapHandlers.
 */
const fuseWire = Buffer.concat([
  // biome-ignore lint/security/noSecrets: the sentinel that marks the wire in every Electron binary
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 9]),
  Buffer.from('101100011'),
]);

/** The least that electron-builder needs in place of Electron's Linux distribution, with a real fuse wire. */
function writeStub(dir: string): string {
  const manifest = path.join(projectDir, 'node_modules/electron/package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  rmSync(dir, { recursive: true, force: true });
  for (const folder of ['locales', 'resources']) mkdirSync(path.join(dir, folder), { recursive: true });
  for (const [file, content] of Object.entries({
    version,
    LICENSE: 'stub\n',
    'LICENSES.chromium.html': 'stub\n',
    'locales/en-US.pak': '',
    'chrome-sandbox': '',
    chrome_crashpad_handler: '',
    'resources.pak': '',
  })) {
    writeFileSync(path.join(dir, file), content);
  }
  const executable = path.join(dir, 'electron');
  writeFileSync(executable, Buffer.concat([Buffer.from(stubScript()), fuseWire, Buffer.from('\n')]));
  chmodSync(executable, 0o755);
  return dir;
}

/** Starts the harness on the app.asar beside the executable. The wire stands in a comment on the last line. */
function stubScript(): string {
  const harness = path.join(projectDir, 'test/desktop/harness');
  return `#!/bin/sh
for argument in "$@"; do case "$argument" in --inspect*) inspect=$argument ;; esac; done
HARNESS_PACKAGED=$(readlink -f "$0") exec "${projectDir}/node_modules/.bin/node" \${inspect:+"$inspect"} \\
  --import "${harness}/register.ts" "${harness}/launch.ts" "$@"
# `;
}
