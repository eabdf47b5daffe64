import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { createFileKeystore } from '../../electron/drivers/keystore/keystore.file.ts';
import { passwords, startStation } from './start-station.ts';

type Told = { ready?: true; job?: string; ticket?: string; place?: string };

/** Starts the bench, kills it somewhere in its work, and returns everything it said was done. */
function runUntilKilled(dataDir: string, keyFile: string, afterMs: number): Promise<Told[]> {
  const entry = fileURLToPath(new URL('./killed-bench.ts', import.meta.url));
  const child = fork(entry, [dataDir, keyFile], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
  const told: Told[] = [];
  return new Promise((resolve, reject) => {
    child.on('message', message => {
      const line = message as Told;
      if (line.ready) setTimeout(() => child.kill('SIGKILL'), afterMs);
      else told.push(line);
    });
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve(told);
      else reject(new Error(`the bench ended by itself with ${code}`));
    });
  });
}

/**
 * Kills a bench so many times, each time at another moment of its erasures, on the same data. After each: nothing
 * acknowledged is missing, no unfinished erase counts as erased, and the journal verifies.
 */
export async function killLoop(kills: number): Promise<{ interrupted: number; erased: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-kill-'));
  const dataDir = join(folder, 'data');
  const keyFile = join(folder, 'keys.json');
  let interrupted = 0;
  let erased = 0;
  try {
    for (let kill = 0; kill < kills; kill++) {
      const told = await runUntilKilled(dataDir, keyFile, 40 + Math.floor(Math.random() * 800));
      const bench = await startStation({ dataDir, keystore: createFileKeystore(keyFile), seed: `after ${kill}` });
      const client = bench.connect('c');
      await client['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician });
      const jobs = new Map((await client['jobs.list']({})).map(job => [job.id as string, job]));
      const last = new Map(told.map(line => [line.job ?? '', line]));
      for (const [id, line] of last) {
        const job = jobs.get(id);
        expect(job, `job ${line.ticket} was acknowledged`).toMatchObject({ ticket: line.ticket });
        if (line.place === 'reset.erased') expect(job?.place).toBe('reset.erased');
      }
      for (const job of jobs.values()) {
        expect(['reset.erasing', 'reset.verifying'], job.ticket).not.toContain(job.place);
        if (job.place === 'reset.erased') expect(job.erase.status, job.ticket).toBe('erased_verified');
        if (job.place === 'reset.interrupted') expect(job.erase.status, job.ticket).toBe('indeterminate');
      }
      const places = [...jobs.values()].map(job => job.place);
      interrupted += places.filter(place => place === 'reset.interrupted').length;
      erased += places.filter(place => place === 'reset.erased').length;
      expect(new Set([...jobs.values()].map(job => job.ticket)).size).toBe(jobs.size);
      // Each sign-in needs a one-time code of its own half minute, later than the last.
      bench.clock.stepWall(Date.now() - bench.clock.now() + kill * 60_000);
      const admin = bench.connect('a');
      await admin['identity.sign_in']({ name: 'Ada Admin', password: passwords.admin });
      expect(await admin['journal.verify']()).toMatchObject({ ok: true });
      await bench.station.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { interrupted, erased };
}
