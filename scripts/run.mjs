// Starts a TypeScript entry on the Node the project is pinned to, or says what is missing.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [major] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(
    `Veriqko Bench runs on Node 24; this is ${process.version}.\n` +
      'Start it through npm ("npm ci" brings Node 24 on Linux and Windows). On macOS install Node 24 from nodejs.org.',
  );
  process.exit(1);
}
const entry = resolve(process.argv[2] ?? '');
if (!process.argv[2] || !existsSync(entry)) {
  console.error('usage: node scripts/run.mjs ENTRY.ts [arguments]');
  process.exit(2);
}
process.argv.splice(1, 2, entry);
await import(pathToFileURL(entry).href);
