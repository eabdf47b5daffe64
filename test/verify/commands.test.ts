import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import { createFileKeystore } from '../../electron/drivers/keystore/keystore.file.ts';
import { createFakeRandom } from '../../electron/drivers/random/random.fake.ts';
import { openStationParts } from '../../electron/station-parts.ts';
import { createWitnessedStation, type WitnessedStation } from './witnessed-station.ts';

const project = join(import.meta.dirname, '../..');
let dir: string;
let station: WitnessedStation;
let exported: string;
let bundle: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'bench-commands-'));
  station = await createWitnessedStation();
  station.fill(20);
  station.cosign();
  exported = join(dir, 'export');
  station.export(exported);
  bundle = file('bundle.json', JSON.stringify(station.bundle([1, 5])));
});
afterAll(() => {
  station.close();
  rmSync(dir, { recursive: true });
});

function file(name: string, content: string): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

function run(script: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(project, 'scripts/run.mjs'), script, ...args], {
    cwd: project,
    encoding: 'utf8',
  });
  expect(stderr).not.toMatch(/\n\s+at /);
  return { status, stdout, stderr };
}
const verify = (...args: string[]) => run('scripts/verify.ts', ...args);

describe('npm run verify', () => {
  test('an export and a bundle that hold, with the pin as text or in a file', () => {
    const whole = verify(exported, '--pin', station.fleet.vkey);
    expect(whole).toMatchObject({ status: 0, stderr: '' });
    expect(whole.stdout).toMatch(/ok .*entries .*All 20 entries/);
    expect(whole.stdout).toMatch(/verified\.\n$/);
    expect(verify(bundle, '--pin', file('fleet.vkey', `${station.fleet.vkey}\n`)).status).toBe(0);
  });

  test('the answer as JSON', () => {
    const { status, stdout } = verify(bundle, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ file: bundle, ok: true, steps: expect.any(Array) });
  });

  test('the keys of a station, each step with its outcome', async () => {
    const own = await createWitnessedStation();
    own.fill(5);
    await own.rotate();
    own.fill(10);
    own.cosign();
    const pinned = ['--pin', own.fleet.vkey, '--json'];
    const outcomes = (content: object) => {
      const { status, stdout } = verify(file('keys.json', JSON.stringify(content)), ...pinned);
      const { steps } = JSON.parse(stdout) as { steps: { step: string; outcome: string }[] };
      return { status, steps: steps.map(({ step, outcome }) => `${step} ${outcome}`) };
    };
    const { origin } = own.journal;
    const revoked = own.fleet.append({ type: 'station.revoked', data: { origin, size: 8 } });
    expect(outcomes(own.bundle([7]))).toMatchObject({
      status: 0,
      steps: expect.arrayContaining(['enrolment ok', 'rotation ok', 'revocation skipped']),
    });
    expect(outcomes(own.bundle([7], { revoked }))).toMatchObject({
      status: 0,
      steps: expect.arrayContaining(['revocation warning']),
    });
    expect(outcomes(own.bundle([8], { revoked }))).toMatchObject({
      status: 1,
      steps: expect.arrayContaining(['revocation failed']),
    });
    own.close();
  });

  test('something that does not hold: status 1, and the step is named', () => {
    const spoiled = file('spoiled.json', JSON.stringify({ ...station.bundle([1]), checkpoint: 'nonsense' }));
    const answer = verify(spoiled);
    expect(answer).toMatchObject({ status: 1, stderr: '' });
    expect(answer.stdout).toMatch(/NOT VERIFIED \(checkpoint\)\.\n$/);
  });

  test.each([[[]], [['one', '--pin', 'nonsense']], [['one', '--bogus']]])('a command that is wrong: %j', args => {
    const { status, stdout, stderr } = verify(...args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('npm run verify --');
  });
});

describe('npm run journal', () => {
  test('exports a bench that is not running, for the verifier to check', async () => {
    const dataDir = mkdtempSync(join(dir, 'data-'));
    const keystore = createFileKeystore(join(dataDir, 'keystore.json'));
    const drivers = { clock: createFakeClock(), random: createFakeRandom('commands'), keystore };
    const parts = await openStationParts(drivers, { dataDir, appVersion: '0.0.0-test', training: false });
    const out = join(dir, 'out');
    const busy = run('scripts/journal.ts', 'export', out, '--data', dataDir);
    expect(busy).toMatchObject({ status: 1, stderr: expect.stringContaining('already_running') });
    parts.close();
    const done = run('scripts/journal.ts', 'export', out, '--data', dataDir);
    expect(done).toMatchObject({ status: 0, stdout: expect.stringContaining(parts.journal.origin) });
    expect(verify(out).stdout).toContain('UNWITNESSED');
  });

  test('a folder without a bench, and a command that is wrong', () => {
    const { status, stderr } = run('scripts/journal.ts', 'export', join(dir, 'out2'), '--data', join(dir, 'nobody'));
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('holds no bench') });
    expect(run('scripts/journal.ts', 'import').status).toBe(2);
  });
});
