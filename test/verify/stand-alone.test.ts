import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleVerifier } from '../../scripts/bundle.ts';
import { buildSigned, createSite } from '../reports/report-kit.ts';
import { sampleDocument } from '../reports/sample-document.ts';
import { flip } from '../tlog/reference-tree.ts';
import { createWitnessedStation, type WitnessedStation } from './witnessed-station.ts';

let dir: string;
let station: WitnessedStation;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'bench-stand-alone-'));
  await bundleVerifier(join(dir, 'verify.mjs'));
  station = await createWitnessedStation();
  station.fill(20);
  station.cosign();
  station.export(join(dir, 'export'));
});
afterAll(() => {
  station.close();
  rmSync(dir, { recursive: true });
});

/** In a folder that has nothing but the one file: no project, no packages. */
const verify = (...args: string[]) =>
  spawnSync(process.execPath, ['verify.mjs', ...args], { cwd: dir, encoding: 'utf8', env: {} });

test('is one file', () => {
  expect(readdirSync(dir).toSorted()).toEqual(['export', 'verify.mjs']);
});

test('verifies an export, and finds the altered one', () => {
  expect(verify('export', '--pin', station.fleet.vkey)).toMatchObject({ status: 0, stderr: '' });
  const file = join(dir, 'export', 'tile', '0', '000.p', '20');
  const honest = readFileSync(file);
  writeFileSync(file, flip(honest, 300));
  expect(verify('export')).toMatchObject({ status: 1, stdout: expect.stringContaining('NOT VERIFIED (tiles)') });
  writeFileSync(file, honest);
});

test('reads report PDFs', async () => {
  const site = await createSite();
  writeFileSync(join(dir, 'report.pdf'), await buildSigned(sampleDocument(), site, station.bundle([1])));
  const { status, stdout } = verify('report.pdf');
  expect(status).toBe(1);
  expect(stdout).toMatch(/ok +signature .*\n(.*\n)*.*FAILED +data/);
});

test('says how to call it', () => {
  expect(verify()).toMatchObject({ status: 2, stderr: expect.stringContaining('node verify.mjs FILE|DIR') });
});
