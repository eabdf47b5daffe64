import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCentralServer } from '../../server/central-server.ts';
import { parseCheckpoint } from '../../shared/tlog/checkpoint.ts';
import { createStationLog } from './station-client.ts';

const script = join(import.meta.dirname, '../../scripts/server.ts');
const batchEntries = 100;
let dir: string;
let stop = async (): Promise<unknown> => null;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bench-server-disk-'));
});
afterEach(async () => {
  await stop();
  rmSync(dir, { recursive: true });
});

/** A server in a process of its own whose files the system lets grow to so many KiB. */
async function serveUpTo(limitKiB: number): Promise<string> {
  const command = `trap '' XFSZ; ulimit -f ${limitKiB}; exec "$@"`;
  const args = ['-c', command, 'bash', process.execPath, script, '--port', '0', '--data', dir];
  const child = spawn('bash', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise(resolve => child.once('exit', resolve));
  stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  let said = '';
  for await (const chunk of child.stdout) {
    said += String(chunk);
    const [, url] = /serving (http:\S+) · /.exec(said) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`the server ended: ${said}`);
}

test.skipIf(process.platform === 'win32')(
  'an error of the disk is 503 in words, takes nothing, and what was cosigned is there after a start (needs ulimit)',
  async () => {
    const first = await startCentralServer({ dataDir: dir, port: 0 });
    const log = createStationLog();
    await log.enrol(first.url, await first.createEnrolCode(), 'AAAA');
    await first.close();

    const url = await serveUpTo(1_500);
    let cosigned = 0;
    let answer: Response;
    do {
      log.write(batchEntries);
      answer = await log.send(url, log.batch(cosigned, cosigned + batchEntries));
      if (answer.status === 200) cosigned += batchEntries;
    } while (answer.status === 200);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ detail: expect.stringMatching(/Nothing was taken; try again/) });
    expect(cosigned).toBeGreaterThan(0);
    await stop();

    const again = await startCentralServer({ dataDir: dir, port: 0 });
    const path = `/v1/logs/${log.oh}/checkpoint`;
    const headers = await log.access(again.url).headers('GET', path);
    const note = await (await fetch(new URL(path, again.url), { headers })).text();
    expect(parseCheckpoint(note.slice(0, note.indexOf('\n\n') + 1)).size).toBe(cosigned);
    expect((await log.send(again.url, log.batch(cosigned, cosigned + batchEntries))).status).toBe(200);
    await again.close();
  },
);
