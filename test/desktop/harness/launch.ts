// Electron's own start: find the application, take on its identity, load main, then let 'ready' happen.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { harness, launch } from './electron.ts';

const manifest = new URL('../../../node_modules/electron/package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
harness.prepareProcess(version);
delete process.env.HARNESS_PACKAGED;
try {
  await import(pathToFileURL(launch.mainFile).href);
} catch (error) {
  console.error('App threw an error during load\n', error);
  process.exit(1);
}
await harness.start();
