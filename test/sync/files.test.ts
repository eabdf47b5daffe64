import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Client } from '../../shared/client.ts';
import { openJob, pixelPng } from '../support/job-steps.ts';
import { passwords } from '../support/start-station.ts';
import { type Syncing, startSyncing } from './syncing-station.ts';

let station: Syncing;
beforeEach(async () => {
  station = await startSyncing();
});
afterEach(() => station.close());

const folder = () => join(station.bench.dataDir, 'blobs');
const pieces = () => station.line.seen.filter(({ path }) => path.startsWith('/v1/blobs/'));

async function technician(): Promise<Client> {
  const client = station.bench.connect('technician');
  await client['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician });
  return client;
}

/** A picture of so many bytes as evidence of a new job. */
async function addEvidence(bytes: number) {
  const client = await technician();
  const { id: jobId } = await openJob(station.bench, client);
  const picture = Buffer.concat([Buffer.from(pixelPng, 'base64'), randomBytes(bytes)]);
  const given = { caption: 'The board', contentBase64: picture.toString('base64') };
  const { id } = await client['evidence.add']({ jobId, ...given });
  return { client, jobId, id, picture };
}

async function reach(done: (pendingFiles: number) => boolean) {
  for (let tries = 0; tries < 2_000; tries++) {
    if (done((await station.status()).pendingFiles)) return;
    if (station.line.idle()) await station.advance(1_000);
    await pause(5);
  }
  throw new Error(`it never came to that: ${JSON.stringify(pieces().slice(-5))}`);
}

test('evidence goes up encrypted, on from where the line broke, and comes back when the file is lost here', async () => {
  await station.enrol();
  let cuts = 0;
  station.line.answer((request, response, body) => {
    const [, at] = /^\/v1\/blobs\/.*at=(\d+)/.exec(request.url ?? '') ?? [];
    if (at !== undefined && at !== '0' && cuts < 2) {
      cuts++;
      response.destroy();
      return;
    }
    return station.line.forward(request, response, body);
  });
  const { picture, id } = await addEvidence(2_500_000);
  expect((await station.status()).pendingFiles).toBe(1);
  await reach(files => files === 0);
  expect(cuts).toBe(2);
  expect(pieces().filter(({ status }) => status === 201)).toHaveLength(1);
  expect(pieces().filter(({ status }) => status === 202)).toHaveLength(2);

  const blobs = folder();
  const [name = ''] = readdirSync(blobs);
  const sealed = readFileSync(join(blobs, name));
  expect(sealed.includes(picture.subarray(-100))).toBe(false);
  await station.stopBench();
  rmSync(join(blobs, name));
  await station.startBench();
  for (let tries = 0; tries < 2_000 && readdirSync(blobs).length === 0; tries++) {
    if (station.line.idle()) await station.advance(1_000);
    await pause(5);
  }
  expect(readFileSync(join(blobs, name))).toEqual(sealed);
  const again = await technician();
  const content = await again['evidence.read']({ evidenceId: id });
  expect(Buffer.from(content.contentBase64, 'base64').equals(picture)).toBe(true);
});

test('a file that was altered here is not sent, and what the journal waits for does not wait for it', async () => {
  const { client, jobId } = await addEvidence(10);
  const [name = ''] = readdirSync(folder());
  writeFileSync(join(folder(), name), Buffer.from('something else'));
  await client['evidence.add']({ jobId, caption: 'Another', contentBase64: pixelPng });
  await station.enrol();
  await reach(files => files === 1);
  await station.reach(({ state, pendingEntries }) => state === 'idle' && pendingEntries === 0);
  expect(pieces().map(({ status }) => status)).toEqual([201]);
});

test('without a server nothing waits for it, and what was made before the enrolment follows', async () => {
  await addEvidence(10);
  expect((await station.status()).pendingFiles).toBe(1);
  await station.advance(120_000);
  expect(pieces()).toEqual([]);
  await station.enrol();
  await reach(files => files === 0);
});
