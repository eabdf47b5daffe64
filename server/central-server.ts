import { mkdirSync } from 'node:fs';
import { createApp } from './app.ts';
import { openPostgres } from './database/postgres.ts';
import { openEmbeddedDatabase } from './database/sqlite.ts';
import { createFleet } from './fleet.ts';
import { openServerKeys } from './keys.ts';
import { ServerError } from './problems.ts';
import { createEnrolCode } from './routes/enrol.ts';

const hourMs = 3_600_000;

export type CentralServer = {
  url: string;
  /** The one string that outsiders pin. */
  fleetVkey: string;
  witnessVkey: string;
  /** A one-time code for one station; valid for a day unless told otherwise. */
  createEnrolCode(ttlMs?: number): Promise<string>;
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
  const { db, close } =
    databaseUrl === undefined ? await openEmbeddedDatabase(dataDir, { alone }) : await openPostgres(databaseUrl);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const opened = await db.selectFrom('log').select('oh').limit(1).executeTakeFirst();
  const keys = openServerKeys({ dataDir, name, nowS: () => Math.floor(now() / 1000), fresh: opened === undefined });
  const fleet = createFleet({ db, signer: keys.fleet, witnessVkey: keys.cosigner.vkey, now });
  await fleet.open();
  return { db, keys, fleet, close, createEnrolCode: (ttlMs = 24 * hourMs) => createEnrolCode(db, now(), ttlMs) };
}

/** Starts the central server on its embedded store. Throws ServerError with words for what an admin can mend. */
export async function startCentralServer(options: ServerOptions): Promise<CentralServer> {
  const { now = Date.now, log = () => {}, host = '127.0.0.1' } = options;
  const store = await openServerStore({ ...options, alone: true });
  const app = createApp({ ...store, now, log });
  try {
    const url = await app.listen({ port: options.port, host });
    return {
      url,
      fleetVkey: store.fleet.vkey,
      witnessVkey: store.keys.cosigner.vkey,
      createEnrolCode: store.createEnrolCode,
      async close() {
        await app.close();
        await store.close();
      },
    };
  } catch (cause) {
    await store.close();
    const taken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    const words = taken
      ? `Port ${options.port} is taken. Choose another with --port.`
      : 'The server cannot listen at this address.';
    throw new ServerError(500, words, { cause });
  }
}
