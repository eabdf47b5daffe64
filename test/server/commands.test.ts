import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSealedLog } from './sealed-log.ts';
import { createStationLog } from './station-client.ts';

const project = join(import.meta.dirname, '../..');
const script = join(project, 'scripts/server.ts');
let dir: string;
let stop = async (): Promise<number | null> => null;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bench-server-command-'));
});
afterEach(async () => {
  await stop();
  stop = async () => null;
  chmodSync(dir, 0o700);
  rmSync(dir, { recursive: true });
});

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  expect(stderr).not.toMatch(/\n\s+at /);
  return { status, stdout, stderr };
}

/** A server in a process of its own; resolves with its address once it says that it serves. */
async function serve(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [script, '--port', '0', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve));
  stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  let said = '';
  for await (const chunk of child.stdout) {
    said += String(chunk);
    const [, url] = /serving (http:\S+) · fleet key \S+\n/.exec(said) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`the server ended: ${said}`);
}

test('a code made beside the running server enrols a station; SIGTERM ends it in order', async () => {
  const url = await serve('--data', dir);
  const { status, stdout } = run('enrol-code', '--data', dir);
  expect(status).toBe(0);
  const answer = await createStationLog().enrol(url, stdout.trim(), 'AAAA');
  expect(answer.status).toBe(201);
  expect(run('--data', dir, '--port', '0')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('Another server uses this data folder'),
  });
  expect(await stop()).toBe(0);
});

test('stations and stats tell what is stored, while the server runs and after', async () => {
  const url = await serve('--data', dir);
  expect(run('stations', '--data', dir)).toMatchObject({ status: 0, stdout: 'no station is enrolled\n' });
  const log = createStationLog();
  const code = run('enrol-code', '--data', dir).stdout.trim();
  run('enrol-code', '--data', dir);
  expect((await log.enrol(url, code, 'AAAA')).status).toBe(201);
  const send = (body: Buffer) => log.send(url, body);
  log.write(12);
  expect((await send(log.batch(0, 12))).status).toBe(200);
  log.entries.splice(0);
  log.write(12, 'another');
  expect((await send(log.batch(0, 12))).status).toBe(422);

  const counts = { logs: 1, entries: 12, frozen: 1, quarantined: 1, openCodes: 1 };
  const read = { unprojected: expect.any(Number), projectionErrors: expect.any(Number) };
  expect(JSON.parse(run('stats', '--data', dir, '--json').stdout)).toEqual({ ...counts, ...read });
  expect(run('stations', '--data', dir).stdout).toMatch(/^AAAA +12 entries {2}audit\.local\/s\/\S+ {2}FROZEN: Another/);
  await stop();
  expect(JSON.parse(run('stations', '--data', dir, '--json').stdout)).toMatchObject([
    {
      station: log.stationId,
      prefix: 'AAAA',
      origin: log.origin,
      entries: 12,
      frozen: expect.stringMatching(/Another history/),
    },
  ]);
  expect(run('stats', '--data', dir).stdout).toMatch(/^entries +12$/m);
});

test('to forget, hold and release a subject, beside the running server', async () => {
  const url = await serve('--data', dir);
  const log = createSealedLog();
  await log.enrol(url, run('enrol-code', '--data', dir).stdout.trim(), 'AAAA');
  const subject = randomUUID();
  log.tell(subject, { name: 'Ann' });
  expect((await log.send(url, log.batch(0, 1))).status).toBe(200);

  expect(run('holds', '--data', dir).stdout).toBe('nothing is held\n');
  expect(run('hold', `dv_${subject}`, '--data', dir)).toMatchObject({ status: 0, stdout: 'held\n' });
  expect(run('holds', '--data', dir).stdout).toContain(subject);
  const refused = run('forget', subject, '--data', dir);
  expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('legal hold') });
  expect(run('release', subject, '--data', dir)).toMatchObject({ status: 0, stdout: 'released\n' });
  expect(run('forget', randomUUID(), '--data', dir)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('known'),
  });
  expect(run('orders', '--data', dir).stdout).toBe('every order is carried out\n');
  expect(run('forget', subject, '--data', dir).stdout).toBe(`order 1  ${subject}  waits for 1 station\n`);
  expect(JSON.parse(run('orders', '--data', dir, '--json').stdout)).toMatchObject({ subject, waiting: 1 });

  expect(run('revoke', log.stationId, '--data', dir)).toMatchObject({ status: 0 });
  expect(run('orders', '--data', dir).stdout).toBe('every order is carried out\n');
  const { stdout } = run('forget', subject, '--data', dir);
  expect(stdout).toMatch(/^order 1 {2}\S+ {2}completed \S+, without \S+ \(revoked\)\n$/);
  expect(stdout).toContain(`without ${log.stationId} `);
});

test('a station is revoked beside the running server, at once, and comes back by a code that was made for it', async () => {
  const url = await serve('--data', dir);
  const log = createStationLog();
  await log.enrol(url, run('enrol-code', '--data', dir).stdout.trim(), 'AAAA');
  log.write(2);
  expect((await log.send(url, log.batch(0, 1))).status).toBe(200);
  expect(run('revoke', log.stationId, '--data', dir)).toMatchObject({ status: 0, stdout: 'revoked\n' });
  const refused = await log.send(url, log.batch(1, 2));
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ error: 'station_revoked' });
  expect((await log.access(url).ask()).status).toBe(403);
  const fleet = await (await fetch(new URL('/fleet/tile/entries/000.p/3', url))).text();
  expect(fleet).toContain(`"data":{"origin":"${log.origin}","size":1},`);
  expect(run('revoke', randomUUID(), '--data', dir)).toMatchObject({ status: 1 });
  expect(run('revoke', log.stationId, '--at', 'soon', '--data', dir)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--at soon is no number of entries'),
  });

  const again = createStationLog(log.stationId, 1);
  const code = run('enrol-code', '--station', log.stationId, '--data', dir).stdout.trim();
  expect((await again.enrol(url, code, 'AAAA')).status).toBe(201);
  again.write(1);
  expect((await again.send(url, again.batch(0, 1))).status).toBe(200);
  expect((await log.access(url).ask()).status).toBe(401);
});

test('a secret for the counts that keeps nobody out is refused in words, before anything is made', () => {
  const env = { ...process.env, METRICS_SECRET: 'short' };
  const args = [script, '--data', join(dir, 'new'), '--port', '0'];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  expect(status).toBe(1);
  expect(stderr).toBe('The secret for /metrics has to have 16 characters at least.\n');
  expect(readdirSync(dir)).toEqual([]);
});

test('what only reads makes no server where there is none', () => {
  for (const command of ['stations', 'stats'])
    expect(run(command, '--data', dir)).toMatchObject({ status: 1, stderr: expect.stringContaining('No server') });
  expect(readdirSync(dir)).toEqual([]);
});

test.skipIf(process.platform === 'win32')('the keys are for the account of the server alone', () => {
  expect(run('enrol-code', '--data', dir).status).toBe(0);
  for (const file of ['server-keys.json', 'server.db']) expect(statSync(join(dir, file)).mode & 0o077).toBe(0);
});

test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
  'a folder that may not be written (not as root, who may write anywhere)',
  () => {
    chmodSync(dir, 0o500);
    expect(run('--data', dir)).toMatchObject({ status: 1, stderr: expect.stringContaining('may write') });
  },
);

test.each([
  [[]],
  [['--data']],
  [['frobnicate', '--data', 'x']],
  [['forget', '--data', 'x']],
  [['forget', 'somebody', '--data', 'x']],
  [['stats', 'more', '--data', 'x']],
  [['--data', 'x', '--bogus']],
  [['--data', 'x', '--limit', 'everything=1:1']],
])('a command that is wrong: %j', args => {
  expect(run(...args)).toMatchObject({ status: 2, stderr: expect.stringContaining('npm run server --') });
});
