import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openServerStore, startCentralServer } from '../server/central-server.ts';
import { type Limits, usualLimits } from '../server/limits.ts';
import type { OrderState } from '../server/order-state.ts';
import { stationsOf, statsOf } from '../server/overview.ts';
import { ServerError } from '../server/problems.ts';
import { piceaAccountOf, reconcilePicea } from './server/picea.ts';

const usage = `npm run server -- --data DIR [--port P] [--host ADDRESS]     serve (port 8443, 127.0.0.1)
npm run server -- enrol-code --data DIR [--ttl HOURS]        a one-time code for one station (24 hours); --station ID
                                                             lets a known station come back with new keys
npm run server -- stations --data DIR [--json]               the stations, how much of each is stored, what is frozen
npm run server -- revoke STATION --data DIR [--at SIZE]      disown a station from what was last received of it on, or
                                                             from its entry SIZE on
npm run server -- jobs --data DIR [--json]                   the jobs of all stations, as their entries tell
npm run server -- stats --data DIR [--json]                  counts over everything
npm run server -- forget SUBJECT --data DIR [--json]         order every station to forget a person or device
npm run server -- orders --data DIR [--json]                 orders that some station has not carried out yet
npm run server -- hold SUBJECT --data DIR                    forbid such an order; release SUBJECT allows it again
npm run server -- holds --data DIR [--json]                  what is held
npm run server -- picea --data DIR [--json]                  ask Picea's cloud for news; what has no counterpart here or there

All but the first work on the machine of the server, whether it runs or not. A code is also made by --with-code at its start:
npm run server -- --data DIR --with-code                     serve, and print one code first
npm run server -- --data DIR --cert FILE --key FILE          serve over TLS 1.3
npm run server -- --data DIR --public-url URL                what stations call the server, when its proxy does not say
npm run server -- --data DIR --limit station=20:1200         requests a second and at once: address, station, all,
                                                             enrolments, tokens; as often as wanted`;

const hourMs = 3_600_000;
const quarterMs = 15 * 60_000;
/** `postgres://…` for more than a site; the embedded store otherwise. */
const databaseUrl = process.env.DATABASE_URL;
/** What Prometheus shows as its bearer token; without one /metrics answers on this machine alone. */
const metricsSecret = process.env.METRICS_SECRET || null;

const commands = [
  'serve',
  'enrol-code',
  'revoke',
  'stations',
  'jobs',
  'stats',
  'forget',
  'orders',
  'hold',
  'release',
  'holds',
  'picea',
] as const;
const aboutSubject: readonly Command[] = ['forget', 'hold', 'release', 'revoke'];
type Command = (typeof commands)[number];
type Store = Awaited<ReturnType<typeof openServerStore>>;

function commandOf([name = 'serve', ...more]: string[]): { command: Command; subject: string } {
  const command = commands.find(known => known === name);
  const [subject = '', ...rest] = more.map(bareSubject);
  const fits = command && (aboutSubject.includes(command) ? isSubject(subject) : more.length === 0);
  if (!fits || rest.length > 0) throw new Error(`${[name, ...more].join(' ')} is no command of the server.`);
  return { command, subject };
}

/** Ids of people and devices begin with op_ and dv_; the fleet knows what comes after. */
const bareSubject = (id: string) => id.replace(/^(op|dv)_/, '');
const isSubject = (id: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);

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
        station: { type: 'string' },
        at: { type: 'string' },
        cert: { type: 'string' },
        key: { type: 'string' },
        'public-url': { type: 'string' },
        limit: { type: 'string', multiple: true, default: [] },
      },
    });
    const asked = commandOf(positionals);
    if (values.data === undefined) throw new Error('--data DIR says where the server keeps everything.');
    return {
      ...values,
      ...asked,
      data: values.data,
      ttlMs: Number(values.ttl) * hourMs,
      limits: limitsOf(values.limit),
      size: sizeOf(values.at),
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

function sizeOf(at: string | undefined): number | null {
  if (at !== undefined && !/^\d{1,15}$/.test(at)) throw new Error(`--at ${at} is no number of entries.`);
  return at === undefined ? null : Number(at);
}

/** `name=requests a second:requests at once` for each. */
function limitsOf(told: readonly string[]): Partial<Limits> {
  return Object.fromEntries(
    told.map(one => {
      const [, name = '', perSecond, burst] = /^(\w+)=(\d+(?:\.\d+)?):(\d+)$/.exec(one) ?? [];
      if (!Object.hasOwn(usualLimits, name) || Number(perSecond) <= 0 || Number(burst) < 1)
        throw new Error(`--limit ${one} is not understood.`);
      return [name, { perSecond: Number(perSecond), burst: Number(burst) }];
    }),
  );
}

async function serve(options: ReturnType<typeof readArguments>): Promise<void> {
  const log = (line: Record<string, unknown>) =>
    console.error(JSON.stringify({ time: new Date().toISOString(), ...line }));
  const account = piceaAccountOf(process.env);
  const server = await startCentralServer({
    picea: account && { account, everyMs: quarterMs },
    dataDir: options.data,
    databaseUrl,
    port: Number(options.port),
    host: options.host,
    limits: options.limits,
    metricsSecret,
    ...(options.cert && options.key ? { tls: { certFile: options.cert, keyFile: options.key } } : {}),
    ...(options['public-url'] ? { publicUrl: options['public-url'] } : {}),
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

async function answer(store: Store, options: ReturnType<typeof readArguments>): Promise<string> {
  const { command, json, ttlMs } = options;
  if (command === 'enrol-code') return store.createEnrolCode(ttlMs, options.station);
  if (command === 'revoke') {
    await store.revoke(options.subject, options.size);
    return 'revoked';
  }
  if (command === 'jobs') {
    const jobs = await store.jobs();
    if (json) return JSON.stringify(jobs);
    return jobs.map(({ ticket, state, at }) => `${ticket}  ${state}  ${at}`).join('\n') || 'no job is known';
  }
  if (command === 'picea') return reconcilePicea(store.db, process.env, json);
  const forgetting = await answerForgetting(store.orders, options);
  if (forgetting !== null) return forgetting;
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

type Asked = Pick<ReturnType<typeof readArguments>, 'command' | 'subject' | 'json'>;

/** The commands about forgetting; null for any other. */
async function answerForgetting(orders: Store['orders'], { command, subject, json }: Asked): Promise<string | null> {
  const told = (order: OrderState) =>
    json ? JSON.stringify(order) : `order ${order.order}  ${order.subject}  ${progress(order)}`;
  switch (command) {
    case 'forget':
      return told((await orders.forget(subject, null)).state);
    case 'orders':
      return (await orders.open()).map(told).join('\n') || 'every order is carried out';
    case 'hold':
      await orders.hold(subject);
      return 'held';
    case 'release':
      await orders.release(subject);
      return 'released';
    case 'holds': {
      const holds = await orders.holds();
      if (json) return JSON.stringify(holds);
      return holds.map(hold => `${hold.subject}  since ${hold.since}`).join('\n') || 'nothing is held';
    }
    default:
      return null;
  }
}

function progress({ waiting, held, revoked, completedAt }: OrderState): string {
  const without = revoked.length === 0 ? '' : `, without ${revoked.join(', ')} (revoked)`;
  if (completedAt !== null) return `completed ${completedAt}${without}`;
  const holding = held === 0 ? '' : `, ${held} under a legal hold`;
  return `waits for ${waiting} station${waiting === 1 ? '' : 's'}${holding}${without}`;
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
