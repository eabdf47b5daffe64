import { parseArgs } from 'node:util';
import { openServerStore, startCentralServer } from '../server/central-server.ts';
import { ServerError } from '../server/problems.ts';

const usage = `npm run server -- --data DIR [--port P] [--host ADDRESS]     serve (port 8443, 127.0.0.1)
npm run server -- enrol-code --data DIR [--ttl HOURS]        a one-time code for one station (24 hours)

The code is made on the machine of the server, whether the server runs or not; or by --with-code at its start:
npm run server -- --data DIR --with-code                     serve, and print one code first`;

const hourMs = 3_600_000;
/** `postgres://…` for more than a site; the embedded store otherwise. */
const databaseUrl = process.env.DATABASE_URL;

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
      },
    });
    const [command = 'serve'] = positionals;
    if (values.data === undefined) throw new Error('--data DIR says where the server keeps everything.');
    if (command !== 'serve' && command !== 'enrol-code') throw new Error(`${command} is no command of the server.`);
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

const options = readArguments();
try {
  if (options.command === 'serve') await serve(options);
  else {
    const store = await openServerStore({ dataDir: options.data, databaseUrl, alone: false });
    console.log(await store.createEnrolCode(options.ttlMs));
    await store.close();
  }
} catch (error) {
  if (!(error instanceof ServerError)) throw error;
  console.error(error.message);
  process.exit(1);
}
