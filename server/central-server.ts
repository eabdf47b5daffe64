import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { createTokens, type StationOf } from './access/tokens.ts';
import { createApp } from './app.ts';
import { openPostgres } from './database/postgres.ts';
import { openEmbeddedDatabase } from './database/sqlite.ts';
import { createFleet } from './fleet.ts';
import { openServerKeys } from './keys.ts';
import { type Limits, usualLimits } from './limits.ts';
import { createMetricsAccess } from './metrics-access.ts';
import { createOrders, type Orders } from './orders.ts';
import { type JobLine, jobsOf } from './overview.ts';
import type { PiceaAccount } from './picea-api.ts';
import { startPiceaPolling } from './picea-polling.ts';
import { ServerError } from './problems.ts';
import { createProjector } from './projector.ts';
import { revokeLogs } from './revocations.ts';
import { createEnrolCode } from './routes/enrol.ts';

const hourMs = 3_600_000;

export type CentralServer = {
  url: string;
  /** The one string that outsiders pin. */
  fleetVkey: string;
  witnessVkey: string;
  /** What an admin at the server does about forgetting. */
  orders: Orders;
  /** A one-time code, valid for a day unless told otherwise; for any new station, or for this one to come back by. */
  createEnrolCode(ttlMs?: number, station?: string): Promise<string>;
  /** The jobs of all stations, as far as the projector has read. */
  jobs(): Promise<JobLine[]>;
  /** Disowns a station from what was last received of it on, or from `size` on; see `revokeLogs`. */
  revoke(station: string, size?: number): Promise<void>;
  close(): Promise<void>;
};

export type ServerOptions = {
  dataDir: string;
  /** A PostgreSQL database instead of the embedded store; keys stay in `dataDir`. */
  databaseUrl?: string | undefined;
  /** 0 takes any free port. */
  port: number;
  host?: string;
  /** Name of the server in its keys; fixed at the first start. */
  name?: string;
  now?: () => number;
  /** Files of a certificate (with its chain) and its key: the server speaks TLS 1.3 itself. */
  tls?: { certFile: string; keyFile: string };
  limits?: Partial<Limits>;
  /** Who shows it as bearer token reads /metrics; without one only this machine does. 16 characters at least. */
  metricsSecret?: string | null;
  /** What stations call the server, when neither it nor the proxy before it can know. */
  publicUrl?: string;
  /** The account at Picea whose transactions are compared with the journals, and how often; nobody is asked without one. */
  picea?: { account: PiceaAccount; everyMs: number } | null;
  /** Which station a request comes from, instead of tokens and proofs. */
  stationOf?: StationOf;
  log?(line: Record<string, unknown>): void;
};

/** Opens the store without listening. `alone` is false for what an admin does beside a server that runs. */
export async function openServerStore({
  dataDir,
  name = 'veriqko-central',
  now = Date.now,
  alone,
  databaseUrl,
}: Pick<ServerOptions, 'dataDir' | 'databaseUrl' | 'name' | 'now'> & { alone: boolean }) {
  const { db, close, purge } =
    databaseUrl === undefined ? await openEmbeddedDatabase(dataDir, { alone }) : await openPostgres(databaseUrl);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const opened = await db.selectFrom('log').select('oh').limit(1).executeTakeFirst();
  const keys = openServerKeys({ dataDir, name, nowS: () => Math.floor(now() / 1000), fresh: opened === undefined });
  const fleet = createFleet({ db, signer: keys.fleet, witnessVkey: keys.cosigner.vkey, now });
  await fleet.open();
  const orders = createOrders({ db, fleet, now, purge: () => patiently(purge) });
  return {
    db,
    keys,
    fleet,
    orders,
    purge: () => patiently(purge),
    close,
    createEnrolCode: (ttlMs = 24 * hourMs, station?: string) =>
      createEnrolCode(db, { nowMs: now(), ttlMs, station: station ?? null }),
    jobs: () => jobsOf(db),
    revoke: (station: string, size: number | null = null) =>
      db.transaction().execute(trx => revokeLogs(trx, fleet, station, { now: new Date(now()), size })),
  };
}

/** Readers are quick: what one of them keeps from being purged is purged a moment later. */
async function patiently(purge: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 20; tries++) {
    if (await purge()) return true;
    await pause(50);
  }
  return false;
}

function readTls(files: ServerOptions['tls']): { cert: string; key: string } | null {
  if (!files) return null;
  try {
    const [cert, key] = [readFileSync(files.certFile, 'utf8'), readFileSync(files.keyFile, 'utf8')];
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) throw new Error('another key');
    return { cert, key };
  } catch (cause) {
    throw new ServerError(500, 'Certificate and key cannot be read, or do not belong together.', { cause });
  }
}

/** Starts the central server on its embedded store. Throws ServerError with words for what an admin can mend. */
export async function startCentralServer(options: ServerOptions): Promise<CentralServer> {
  const { now = Date.now, log = () => {}, host = '127.0.0.1' } = options;
  const tls = readTls(options.tls);
  const assertMetricsAccess = createMetricsAccess(options.metricsSecret ?? null);
  const store = await openServerStore({ ...options, alone: true });
  const { db, fleet } = store;
  const tokens = createTokens({ db, audience: fleet.vkey, publicUrl: options.publicUrl ?? null, now });
  const limits = { ...usualLimits, ...options.limits };
  const projector = createProjector({ db, log });
  let picea: ReturnType<typeof startPiceaPolling> | null = null;
  const app = createApp({
    ...store,
    tokens,
    tls,
    limits,
    assertMetricsAccess,
    onTaken: projector.soon,
    stationOf: options.stationOf ?? tokens.stationOf,
    now,
    log,
  });
  try {
    projector.soon();
    if (options.picea) picea = startPiceaPolling({ db, log, ...options.picea });
    const address = await app.listen({ port: options.port, host });
    const url = tls ? address.replace(/^http:/, 'https:') : address;
    return {
      url,
      fleetVkey: store.fleet.vkey,
      witnessVkey: store.keys.cosigner.vkey,
      orders: store.orders,
      createEnrolCode: store.createEnrolCode,
      jobs: store.jobs,
      revoke: store.revoke,
      async close() {
        await app.close();
        await picea?.close();
        await projector.close();
        await store.close();
      },
    };
  } catch (cause) {
    await picea?.close();
    await projector.close();
    await store.close();
    const taken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    const words = taken
      ? `Port ${options.port} is taken. Choose another with --port.`
      : 'The server cannot listen at this address.';
    throw new ServerError(500, words, { cause });
  }
}
