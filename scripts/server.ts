import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openServerStore, startCentralServer } from '../server/central-server.ts';
import { stationsOf, statsOf } from '../server/overview.ts';
import { ServerError } from '../server/problems.ts';

const usage = `npm run server -- --data DIR [--port P] [--host ADDRESS]     serve (port 8443, 127.0.0.1)
npm run server -- enrol-code --data DIR [--ttl HOURS]        a one-time code for one station (24 hours)
npm run server -- stations --data DIR [--json]               the stations, how much of each is stored, what is frozen
npm run server -- stats --data DIR [--json]                  counts over everything

All but the first work on the machine of the server, whether it runs or not. A code is also made by --with-code at its start:
npm run server -- --data DIR --with-code                     serve, and print one code first`;

const hourMs = 3_600_000;
/** `postgres://…` for more than a site; the embedded store otherwise. */
const databaseUrl = process.env.DATABASE_URL;

type Command = 'serve' | 'enrol-code' | 'stations' | 'stats';
type Store = Awaited<ReturnType<typeof openServerStore>>;

function commandOf([command = 'serve', ...more]: string[]): Command {
  const commands: Command[] = ['serve', 'enrol-code', 'stations', 'stats'];
  const known = commands.find(name => name === command);
  if (!known || more.length > 0) throw new Error(`${[command, ...more].join(' ')} is no command of the server.`);
  return known;
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        port: { type: 'string', default: '8443' },
        host: { type: 'string', default: '127.0.0.1' },
        ttl: { type: 'string', default: '24' },
        'with-code': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    const command = commandOf(positionals);
    if (values.data === undefined) throw new Error('--data DIR says where the server keeps everything.');
    return { ...values, data: values.data, command, ttlMs: Number(values.ttl) * hourMs };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

async function serve(options: ReturnType<typeof readArguments>): Promise<void> {
  const log = (line: Record<string, unknown>) =>
    console.error(JSON.stringify({ time: new Date().toISOString(), ...line }));
  const server = await startCentralServer({
    dataDir: options.data,
    databaseUrl,
    port: Number(options.port),
    host: options.host,
    log,
  });
  if (options['with-code']) console.log(`enrolment code ${await server.createEnrolCode(options.ttlMs)}`);
  console.log(`serving ${server.url} · fleet key ${server.fleetVkey}`);
  const stop = () => {
    server.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

/** What an admin asks of the store, beside a server that runs or without one. */
async function administer(options: ReturnType<typeof readArguments>): Promise<void> {
  const reads = options.command !== 'enrol-code';
  if (reads && !existsSync(join(options.data, 'server-keys.json')))
    throw new ServerError(500, 'No server was ever started with this data folder.');
  const store = await openServerStore({ dataDir: options.data, databaseUrl, alone: false });
  try {
    console.log(await answer(store, options));
  } finally {
    await store.close();
  }
}

async function answer(store: Store, { command, json, ttlMs }: ReturnType<typeof readArguments>): Promise<string> {
  if (command === 'enrol-code') return store.createEnrolCode(ttlMs);
  if (command === 'stats') {
    const stats = await statsOf(store.db, Date.now());
    if (json) return JSON.stringify(stats);
    return Object.entries(stats)
      .map(([name, count]) => `${name.padEnd(12)} ${count}`)
      .join('\n');
  }
  const stations = await stationsOf(store.db);
  if (json) return JSON.stringify(stations);
  if (stations.length === 0) return 'no station is enrolled';
  return stations
    .map(
      ({ prefix, entries, origin, frozen }) =>
        `${prefix.padEnd(8)} ${String(entries).padStart(9)} entries  ${origin}${frozen === null ? '' : `  FROZEN: ${frozen}`}`,
    )
    .join('\n');
}

const options = readArguments();
try {
  if (options.command === 'serve') await serve(options);
  else await administer(options);
} catch (error) {
  if (!(error instanceof ServerError)) throw error;
  console.error(error.message);
  process.exit(1);
}
