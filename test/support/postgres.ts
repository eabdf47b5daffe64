import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { haveTool } from './tools.ts';

const home = '/usr/lib/postgresql';

function programs(): string | null {
  if (!existsSync(home)) return null;
  const newest = readdirSync(home)
    .sort((a, b) => Number(a) - Number(b))
    .at(-1);
  const folder = join(home, newest ?? '', 'bin');
  return existsSync(join(folder, 'initdb')) ? folder : null;
}

/** PostgreSQL refuses to run as root; Debian's package brings an account for it. */
function account(): { uid: number; gid: number } | null | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const number = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  const [uid, gid] = [number('-u'), number('-g')];
  return uid > 0 && gid > 0 ? { uid, gid } : null;
}

/** Why no PostgreSQL can be started here; null when one can. */
export const noPostgres: string | null =
  !haveTool('pg_ctlcluster') || programs() === null || account() === null
    ? 'PostgreSQL is not installed (apt install postgresql)'
    : null;

export type Postgres = {
  /** A database of its own, empty; answers its address. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
};

/** Starts a PostgreSQL of its own in a temporary folder, reachable over a socket in it alone. */
export async function startPostgres(): Promise<Postgres> {
  const bin = programs() ?? '';
  const as: { uid?: number; gid?: number } = account() ?? {};
  const folder = mkdtempSync(join(tmpdir(), 'bench-pg-'));
  if (as.uid !== undefined && as.gid !== undefined) chownSync(folder, as.uid, as.gid);
  const data = join(folder, 'data');
  const made = spawnSync(join(bin, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'bench'], {
    ...as,
    cwd: folder,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-k', folder, '-c', 'listen_addresses='], {
    ...as,
    cwd: folder,
    stdio: 'ignore',
  });
  const address = (name: string) => `postgres://bench@/${name}?host=${encodeURIComponent(folder)}`;
  await untilReady(bin, folder, server);
  const admin = new pg.Client({ connectionString: address('postgres') });
  await admin.connect();
  let count = 0;
  return {
    async createDatabase() {
      const name = `bench_${++count}`;
      await admin.query(`CREATE DATABASE ${name}`);
      return address(name);
    },
    async stop() {
      await admin.end();
      const ended = new Promise(resolve => server.once('exit', resolve));
      server.kill('SIGQUIT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Everything a database holds, as text. */
export function dumpDatabase(address: string): string {
  const dump = spawnSync(join(programs() ?? '', 'pg_dump'), ['--inserts', address], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (dump.status !== 0) throw new Error(`pg_dump: ${dump.stderr}`);
  return dump.stdout;
}

async function untilReady(bin: string, folder: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`);
    if (spawnSync(join(bin, 'pg_isready'), ['-h', folder, '-U', 'bench']).status === 0) return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error('postgres never became ready');
}
