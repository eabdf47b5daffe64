import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Client } from '../../shared/client.ts';
import type { Job } from '../../shared/jobs.ts';
import { ReportDocument } from '../../shared/report-document.ts';
import { openPdf } from '../../shared/verify/pdf-attachments.ts';
import { compareWithJournal } from '../../shared/verify/pdf-journal.ts';
import { verifyProofBundle } from '../../shared/verify/proof.ts';
import { ProofBundle } from '../../shared/verify/proof-bundle.ts';
import { condition, erase, openJob, pixelPng, startErase, testFunctions } from '../support/job-steps.ts';
import { startStation, type TestStation } from '../support/start-station.ts';
import { carry, signIn, take, twoStations } from '../support/two-stations.ts';

let running: TestStation[] = [];
afterEach(async () => {
  for (const bench of running) await bench.close();
  running = [];
});

async function start(options: Parameters<typeof twoStations>[0] = {}) {
  const stations = await twoStations(options);
  running = [stations.a.bench, stations.b.bench];
  return stations;
}

/** What a report carries with it. */
async function attached(contentBase64: string) {
  const { attachments } = await openPdf(Buffer.from(contentBase64, 'base64'));
  const json = [...attachments].map(([, bytes]) => JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown);
  const document = json.map(value => ReportDocument.safeParse(value).data).find(found => found !== undefined);
  const bundle = json.map(value => ProofBundle.safeParse(value).data).find(found => found !== undefined);
  if (!document || !bundle) throw new Error('the report lacks an attachment');
  return { document, bundle };
}

const entriesOf = (client: Client, jobId: Job['id']) => client['journal.list']({ jobId, limit: 200 });

test('a job goes to another station of the site with what was found, and starts there from its accepted intake', async () => {
  const { a, b } = await start();
  const job = await erase(a.bench, a.technician, await openJob(a.bench, a.technician, 'fails'));
  expect(job).toMatchObject({ place: 'reset.erase_failed' });
  const file = await a.supervisor['handover.give']({ jobId: job.id, target: 'Bench by the window' });
  expect(file.fileName).toBe(`handover-${job.ticket}.json`);
  expect(file.content.length).toBeLessThan(40_000);
  expect(file.content).not.toContain('window');
  expect(await a.technician['jobs.get']({ jobId: job.id })).toMatchObject({ place: 'handed_over', actions: [] });

  await carry(a, b, job);
  const taken = await take(b, file);
  expect(taken).toMatchObject({
    place: 'reset.awaiting_start',
    condition,
    identifiers: job.identifiers,
    erase: { attempts: 1, status: 'failed' },
    attached: true,
  });
  expect(taken.ticket).not.toBe(job.ticket);
  const { taken: from } = await b.technician['handover.of_job']({ jobId: taken.id });
  expect(from).toMatchObject({
    ticket: job.ticket,
    station: 'Bench 1',
    sha256: file.sha256,
    carried: { place: 'reset.erase_failed', attempts: 1, drawn: false },
  });
  expect(from?.entries.map(({ type }) => type)).toEqual([
    'device.identified',
    'job.opened',
    'job.intake_completed',
    'job.erase_started',
    'job.erase_reported',
    'job.handed_over',
  ]);
  const entry = (await entriesOf(b.auditor, taken.id)).find(({ type }) => type === 'job.taken_over');
  expect(entry?.data).toMatchObject({ origin: from?.origin, sha256: file.sha256, job: job.id });
  expect(entry?.data.entries).toEqual(from?.entries.slice(0, -1).map(({ index }) => index));
  expect(JSON.stringify(entry?.data)).not.toContain(String(job.identifiers.serial));

  await erase(b.bench, b.technician, taken);
  await testFunctions(b.technician, taken.id);
  expect(await b.supervisor['jobs.sign_off']({ jobId: taken.id })).toMatchObject({
    place: 'completed',
    erase: { attempts: 2, status: 'erased_verified' },
  });
});

test('the report of the second station names the hand-over and certifies nothing that the first one did', async () => {
  const { a, b } = await start();
  const job = await erase(a.bench, a.technician, await openJob(a.bench, a.technician, 'fails'));
  const file = await a.supervisor['handover.give']({ jobId: job.id });
  const left = await a.technician['reports.issue']({ jobId: job.id, scope: 'master', variant: 'customer' });
  const { contentBase64: leftBase64 } = await a.technician['reports.download']({ reportId: left.id });
  const there = await attached(leftBase64);
  expect(there.document).toMatchObject({ devices: [{ handedOver: { fileSha256: file.sha256 } }] });
  const [gone] = there.document.devices;
  if (!gone) throw new Error('the report is about no device');
  const { handedOver: _, ...kept } = gone;
  const [said] = compareWithJournal({ ...there.document, devices: [kept] }, verifyProofBundle(there.bundle, {}));
  expect(said).toMatchObject({ outcome: 'failed', detail: expect.stringContaining('where') });
  expect(compareWithJournal(there.document, verifyProofBundle(there.bundle, {})).map(({ outcome }) => outcome)).toEqual(
    ['ok'],
  );

  await carry(a, b, job);
  const taken = await take(b, file);
  const issued = async () => {
    const report = await b.technician['reports.issue']({ jobId: taken.id, scope: 'master', variant: 'internal' });
    const { contentBase64 } = await b.technician['reports.download']({ reportId: report.id });
    expect(await b.auditor['reports.verify']({ contentBase64, against: { kind: 'this_site' } })).toMatchObject({
      ok: true,
    });
    return attached(contentBase64);
  };
  const from = { ticket: job.ticket, fileSha256: file.sha256, erasureStatus: 'failed', attempts: 1, drawn: false };
  const before = await issued();
  expect(before.document).toMatchObject({
    erasureStatus: 'failed',
    devices: [{ takenOver: from, erasure: null, condition }],
  });
  await erase(b.bench, b.technician, taken);
  const { document, bundle } = await issued();
  expect(document).toMatchObject({
    erasureStatus: 'erased_verified',
    devices: [{ takenOver: from, erasure: { attempts: 2 }, erasureStatus: 'erased_verified' }],
  });

  const proven = verifyProofBundle(bundle, {});
  const outcomes = (changed: ReportDocument) => compareWithJournal(changed, proven).map(({ outcome }) => outcome);
  const [record] = document.devices;
  if (!record?.takenOver) throw new Error('the report does not name the hand-over');
  const { takenOver, ...silent } = record;
  expect(outcomes(document)).toEqual(['ok']);
  expect(outcomes({ ...document, devices: [silent] })).toEqual(['failed']);
  const fewer = { ...record, takenOver: { ...takenOver, attempts: 0 } };
  expect(outcomes({ ...document, devices: [fewer] })).toEqual(['failed']);
});

test('a draw travels with the job, and whoever erased before verifies nothing', async () => {
  const { a, b } = await start({ first: { draw: 1 } });
  const drawn = await erase(a.bench, a.technician, await openJob(a.bench, a.technician));
  expect(drawn).toMatchObject({ place: 'reset.erased', sampled: true });
  const coverage = () =>
    a.supervisor['sampling.coverage']({ from: '2025-01-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' });
  expect(await coverage()).toMatchObject({ drawn: 1, outstanding: 1, handedOver: 0 });
  const file = await a.supervisor['handover.give']({ jobId: drawn.id });
  expect(await coverage()).toMatchObject({ drawn: 1, outstanding: 0, handedOver: 1 });
  await carry(a, b, drawn);
  const taken = await take(b, file);
  expect(taken).toMatchObject({ place: 'reset.awaiting_start', sampled: true, erase: { status: null, attempts: 1 } });

  await erase(b.bench, b.supervisor, taken);
  await testFunctions(b.supervisor, taken.id);
  await expect(b.technician['jobs.sign_off']({ jobId: taken.id })).rejects.toThrow('drawn for sampling');
  const there = await b.supervisor['sampling.coverage']({
    from: '2025-01-01T00:00:00.000Z',
    to: '2027-01-01T00:00:00.000Z',
  });
  expect(there).toMatchObject({
    blocks: [{ block: null, ticket: taken.ticket, state: 'outstanding' }],
    ...{ sanitised: 1, drawn: 1, outstanding: 1 },
  });
  const looked = { jobId: taken.id, passed: true, method: 'Looked for photos.' };
  await expect(b.technician['jobs.verify_sample'](looked)).rejects.toThrow('Whoever erased');
  await expect(b.supervisor['jobs.verify_sample'](looked)).rejects.toThrow('Whoever erased');
});

test('a file counts once; the job comes back only by a new file', async () => {
  const { a, b } = await start();
  const job = await openJob(a.bench, a.technician);
  const file = await a.admin['handover.give']({ jobId: job.id });
  await expect(take(a, file)).rejects.toThrow('from this very station');
  await carry(a, b, job);
  const there = await take(b, file);
  await expect(take(b, file)).rejects.toThrow(`as ${there.ticket}`);
  const again = await a.admin['handover.save']({ jobId: job.id });
  expect(again).toEqual(file);
  await b.supervisor['jobs.hold']({ jobId: there.id, reason: 'Waits for a cable.' });
  await expect(b.supervisor['handover.give']({ jobId: there.id })).rejects.toThrow('Release it first');
  await b.supervisor['jobs.release']({ jobId: there.id });

  const back = await b.supervisor['handover.give']({ jobId: there.id });
  await carry(b, a, there);
  const home = await take(a, back);
  expect(home).toMatchObject({ place: 'reset.awaiting_start', previousTicket: job.ticket });
  await expect(take(a, back)).rejects.toThrow('counts once');
});

test('nothing is done any more to a job that was handed over, and its file outlives a restart', async () => {
  const { a, keystore } = await start();
  const job = await openJob(a.bench, a.technician);
  const { id: jobId } = job;
  const file = await a.supervisor['handover.give']({ jobId, target: 'Second bench' });
  const acts = [
    () => startErase(a.bench, a.technician, job),
    () => a.technician['jobs.fail']({ jobId, reason: 'No longer wanted' }),
    () => a.technician['jobs.hold']({ jobId, reason: 'No longer wanted' }),
    () => a.supervisor['handover.give']({ jobId }),
  ];
  for (const act of acts) await expect(act()).rejects.toMatchObject({ code: 'state_refused' });
  await expect(a.technician['evidence.add']({ jobId, contentBase64: pixelPng, caption: 'Late' })).rejects.toThrow();
  await expect(a.technician['lots.assign']({ jobId, lotId: null })).rejects.toMatchObject({ code: 'state_refused' });

  await a.bench.station.close();
  const restarted = await startStation({
    seed: 'one again',
    keystore,
    dataDir: a.bench.dataDir,
    startAt: a.bench.clock.now(),
  });
  running[0] = restarted;
  const people = await signIn(restarted);
  expect(await people.technician['jobs.get']({ jobId })).toMatchObject({ place: 'handed_over' });
  expect(await people.supervisor['handover.save']({ jobId })).toEqual(file);
  expect(await people.supervisor['handover.of_job']({ jobId })).toMatchObject({
    given: { target: 'Second bench', sha256: file.sha256 },
    taken: null,
  });
  expect(await people.auditor['handover.of_job']({ jobId })).toMatchObject({ given: { target: '•••' } });
  const saved = (await entriesOf(people.auditor, jobId)).filter(({ type }) => type === 'job.handover_saved');
  expect(saved).toHaveLength(2);
  // The device may come back one day, as a new job.
  await carry({ ...people, bench: { ...restarted, virtual: a.bench.virtual } }, people, job);
  const device = (await people.technician['devices.list']()).find(({ state }) => state === 'ready');
  if (!device) throw new Error('no device is ready');
  expect(await people.technician['jobs.open']({ deviceId: device.id })).toMatchObject({ previousTicket: job.ticket });
});

test('a file that could not be kept is made when it is asked for again; the job is closed all the same', async () => {
  const { a, b } = await start();
  const job = await openJob(a.bench, a.technician);
  const blobs = join(a.bench.dataDir, 'blobs');
  renameSync(blobs, `${blobs}.away`);
  writeFileSync(blobs, 'in the way');
  await expect(a.supervisor['handover.give']({ jobId: job.id })).rejects.toThrow();
  expect(await a.technician['jobs.get']({ jobId: job.id })).toMatchObject({ place: 'handed_over' });
  await expect(startErase(a.bench, a.technician, job)).rejects.toThrow('goes on at another station');
  rmSync(blobs);
  renameSync(`${blobs}.away`, blobs);
  const file = await a.supervisor['handover.save']({ jobId: job.id });
  await carry(a, b, job);
  expect(await take(b, file)).toMatchObject({ place: 'reset.awaiting_start' });
});

test('with the device forgotten, the file is gone at both stations, and nothing opens it', async () => {
  const { a, b } = await start();
  const job = await openJob(a.bench, a.technician);
  const file = await a.supervisor['handover.give']({ jobId: job.id });
  await carry(a, b, job);
  const taken = await take(b, file);
  await a.admin['privacy.forget']({ subject: job.deviceId });
  await expect(a.supervisor['handover.save']({ jobId: job.id })).rejects.toThrow();
  await b.technician['jobs.fail']({ jobId: taken.id, reason: 'The customer asked for it.' });
  await b.admin['privacy.forget']({ subject: taken.deviceId });
  expect(await b.technician['handover.of_job']({ jobId: taken.id })).toMatchObject({
    taken: { sha256: file.sha256, entries: [] },
  });
});

test('a job is not handed over while an erase runs, while a bypass is open, or under a legal hold', async () => {
  const { a } = await start();
  const busy = await startErase(a.bench, a.technician, await openJob(a.bench, a.technician));
  await expect(a.supervisor['handover.give']({ jobId: busy.id })).rejects.toThrow('An erase runs on this device');
  expect(await a.technician['jobs.get']({ jobId: busy.id })).toMatchObject({ place: 'reset.erasing' });

  const failed = await erase(a.bench, a.technician, await openJob(a.bench, a.technician, 'fails'));
  const { id } = await a.technician['evidence.add']({ jobId: failed.id, contentBase64: pixelPng, caption: 'Shredded' });
  await a.technician['approvals.request']({
    jobId: failed.id,
    reason: 'physically_destroyed',
    done: 'Drilled through the board.',
    evidenceIds: [id],
  });
  await expect(a.supervisor['handover.give']({ jobId: failed.id })).rejects.toThrow('A bypass is asked for');

  const held = await openJob(a.bench, a.technician);
  await a.admin['privacy.hold']({ subject: held.deviceId, reason: 'Asked for by a court.' });
  await expect(a.supervisor['handover.give']({ jobId: held.id })).rejects.toThrow('A legal hold');
  await expect(a.technician['handover.give']({ jobId: held.id })).rejects.toMatchObject({ code: 'not_permitted' });
});

test('another device, no device and a device with an open job take nothing over', async () => {
  const { a, b } = await start();
  const job = await openJob(a.bench, a.technician);
  const file = await a.supervisor['handover.give']({ jobId: job.id });
  await expect(take(b, file)).rejects.toMatchObject({ code: 'device_lost' });
  await b.bench.plug();
  await expect(take(b, file)).rejects.toMatchObject({ code: 'device_lost' });
  await carry(a, b, job);
  const device = (await b.technician['devices.list']()).find(
    ({ identifiers }) => identifiers.serial === job.identifiers.serial,
  );
  if (!device) throw new Error('the device is not there');
  const own = await b.technician['jobs.open']({ deviceId: device.id });
  await expect(take(b, file)).rejects.toMatchObject({ code: 'conflict' });
  await b.technician['jobs.fail']({ jobId: own.id, reason: 'Opened too early.' });
  expect(await take(b, file)).toMatchObject({ place: 'reset.awaiting_start', previousTicket: own.ticket });
});
