import path from 'node:path';
import { parseArgs } from 'node:util';
import { defaultDataDir, startHeadless } from '../electron/headless.ts';
import { launchOptions, readLaunchOptions } from '../electron/launch-options.ts';
import { BenchError } from '../shared/errors.ts';
import { isBuilt } from './build-state.ts';
import { buildApplication, projectDir } from './bundle.ts';
import { electronBinary, openElectron } from './electron-binary.ts';

const usage = `npm start -- [--training [--phones N]] [--serial PATH]… [--adb PATH] [--picea "COMMAND ARGS"] [--data DIR] [--port N] [--browser]

  --training   virtual devices, in a data folder of their own
  --phones     how many of them are plugged in at the start (4)
  --serial     watch this serial line (may repeat)
  --adb        the adb program for Android phones (looked for on PATH by default)
  --picea      command of the SDK host that erases
  --data       folder for everything the bench keeps
  --port       port of the loopback host (any free one by default)
  --browser    serve for a browser even where Electron is to be had`;

function readArguments() {
  try {
    return parseArgs({
      options: {
        ...launchOptions,
        data: { type: 'string' },
        port: { type: 'string', default: '0' },
        browser: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  console.error(`--port ${text} is no port number.`);
  process.exit(2);
}

/** The same lines for a person's terminal and for a log file. */
function log(line: Record<string, unknown>) {
  console.error(JSON.stringify({ time: new Date().toISOString(), ...line }));
}

async function serve(options: ReturnType<typeof readArguments>) {
  const bench = await startHeadless({
    dataDir: options.data ?? defaultDataDir(),
    port: portOf(options.port),
    ...readLaunchOptions(options),
    rendererDir: path.join(projectDir, 'dist', 'renderer'),
    log,
  });
  console.log(`Open ${bench.url}`);
  console.log('The address holds the key to this bench: keep it to yourself. Stop with Ctrl+C.');
  const stop = () => {
    bench.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

const options = readArguments();
if (options.help) {
  console.log(usage);
  process.exit(0);
}
const outDir = path.join(projectDir, 'dist');
if (!isBuilt(outDir)) for (const note of await buildApplication(outDir)) console.error(note);
const electron = options.browser ? { binary: null, why: 'a browser was asked for' } : electronBinary();
if (electron.binary !== null) process.exit(await openElectron(electron.binary, process.argv.slice(2)));
console.log(`No desktop window (${electron.why}): serving the same bench for a browser of this machine.`);
try {
  await serve(options);
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  console.error(`${error.message} (${error.code})`);
  process.exit(1);
}
