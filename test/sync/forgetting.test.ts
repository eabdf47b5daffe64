import { afterEach, beforeEach, expect, test } from 'vitest';
import { subjectOfOrder } from '../../electron/features/privacy/fleet-order.ts';
import { verifyProofBundle } from '../../shared/verify/proof.ts';
import { erase, openJob, pixelPng, testFunctions } from '../support/job-steps.ts';
import { type Bench, type Fleet, startFleet } from './fleet.ts';

const dayMs = 24 * 3_600_000;
let fleet: Fleet;

beforeEach(async () => {
  fleet = await startFleet();
});
afterEach(() => fleet.close());

/** A finished job with evidence and a report: everything a bench can keep about a device. */
async function finishedJob({ station, people }: Bench) {
  const { technician, supervisor } = people;
  const job = await erase(station, technician, await openJob(station, technician));
  await technician['evidence.add']({ jobId: job.id, caption: 'Scratch of Jane Doe', contentBase64: pixelPng });
  await testFunctions(technician, job.id);
  await supervisor['jobs.sign_off']({ jobId: job.id });
  await technician['reports.issue']({ jobId: job.id, scope: 'master', variant: 'internal' });
  return job;
}

const fleetOf = async (bench: Bench) => bench.admin['privacy.fleet']();
const typesOf = async (bench: Bench) => (await bench.admin['journal.list']({ limit: 200 })).map(({ type }) => type);
const count = (kept: Buffer, text: string | Buffer) => (kept.includes(text) ? 1 : 0);

/** Everything is cosigned and nothing sealed waits. */
const synced = (bench: Bench) =>
  bench.until(async () => {
    const { state, pendingEntries } = await bench.admin['sync.status']();
    return state === 'idle' && pendingEntries === 0 && (await bench.unsent()) === 0;
  }, 'synced');

test('forgotten at one bench offline, everywhere in the end: also at one that was away for weeks', async () => {
  const { a, b, server } = fleet;
  const job = await finishedJob(a);
  const subject = job.deviceId.slice(3);
  const secrets = [job.identifiers.serial ?? '', ...job.identifiers.imei, 'Jane Doe'];
  await b.stop();
  await b.tell(subject, `Jane Doe called about ${job.identifiers.serial}`);
  await b.start();
  for (const bench of [a, b]) {
    await bench.enrol(server);
    await synced(bench);
  }
  const sealed = await a.ciphertextsOf(subject);
  expect(sealed.length).toBeGreaterThan(5);
  for (const ct of sealed) expect(count(fleet.keptByServer(), ct)).toBe(1);

  const escrow = fleet.escrowOf(subject);
  expect(escrow).toHaveLength(2);
  for (const text of escrow) expect(count(fleet.keptByServer(), text)).toBe(1);

  await b.stop();
  await fleet.stopServer();
  await a.admin['identity.step_up']({ password: 'correct horse battery' });
  await a.admin['privacy.forget']({ subject: job.deviceId });
  expect(await fleetOf(a)).toMatchObject([{ subject: job.deviceId, raised: true, here: 'done', order: null }]);

  await fleet.startServer();
  await a.until(async () => (await fleetOf(a))[0]?.waiting === 1, 'the other bench is waited for');
  const keptByServer = fleet.keptByServer();
  for (const text of [...sealed, ...escrow]) expect(count(keptByServer, text)).toBe(0);

  await b.start(40 * dayMs);
  expect(await fleetOf(b)).toMatchObject([{ subject: job.deviceId, raised: false, here: 'done', order: 1 }]);
  expect(await typesOf(b)).toContain('subject.forgotten');
  await a.until(async () => (await fleetOf(a))[0]?.completedAt !== null, 'complete');
  expect(await typesOf(a)).toContain('subject.forgotten_everywhere');

  for (const bench of [a, b]) {
    await synced(bench);
    const kept = await fleet.keptBy(bench);
    for (const text of [...secrets, ...sealed]) expect(count(kept, text)).toBe(0);
    expect(count(kept, 'Ada Admin')).toBe(0);
    expect(await bench.admin['journal.verify']()).toMatchObject({ ok: true });
  }
  const atServer = fleet.keptByServer();
  for (const text of [...secrets, ...sealed, ...escrow]) expect(count(atServer, text)).toBe(0);
  expect(await fleet.server.orders.open()).toEqual([]);

  for (const bench of [a, b]) {
    await bench.stop();
    const { ok, steps } = verifyProofBundle(await bench.proofOf(subject), { fleetVkey: fleet.server.fleetVkey });
    expect(ok).toBe(true);
    expect(steps).toContainEqual(
      expect.objectContaining({ detail: expect.stringMatching(/^erased or not disclosed/) }),
    );
  }
});

test('a bench that was revoked is not waited for: the one that asked learns it, and says without whom', async () => {
  const { a, b, server } = fleet;
  const job = await openJob(a.station, a.people.technician);
  await a.people.supervisor['jobs.fail']({ jobId: job.id, reason: 'The customer wants it back.' });
  await b.stop();
  await b.tell(job.deviceId.slice(3), 'Jane Doe called');
  await b.start();
  for (const bench of [a, b]) {
    await bench.enrol(server);
    await synced(bench);
  }
  await b.stop();
  await a.admin['identity.step_up']({ password: 'correct horse battery' });
  await a.admin['privacy.forget']({ subject: job.deviceId });
  await a.until(async () => (await fleetOf(a))[0]?.waiting === 1, 'the other bench is waited for');
  expect(await fleetOf(a)).toMatchObject([{ completedAt: null, revoked: 0 }]);

  await server.revoke(b.stationId);
  await a.until(async () => (await fleetOf(a))[0]?.completedAt !== null, 'complete');
  expect(await fleetOf(a)).toMatchObject([{ here: 'done', waiting: 0, revoked: 1 }]);
  const everywhere = (await a.admin['journal.list']({ limit: 200 })).filter(
    ({ type }) => type === 'subject.forgotten_everywhere',
  );
  expect(everywhere).toMatchObject([{ data: { order: 1, without: [b.stationId] } }]);
  await synced(a);
});

test('a copy of everything from before a forgetting does not open: its keys are worthless', async () => {
  const { a } = fleet;
  const job = await finishedJob(a);
  await a.enrol(fleet.server);
  await synced(a);
  await a.stop();
  fleet.copy(a);
  await a.start();
  await a.admin['privacy.forget']({ subject: job.deviceId });
  await a.stop();
  fleet.restore(a);
  await expect(a.start()).rejects.toMatchObject({ code: 'database_key_wrong' });
});

test('a journal that comes back beside the newest keys hears every order again before anything is served', async () => {
  const { a } = fleet;
  const [job, other] = [await finishedJob(a), await finishedJob(a)];
  await a.enrol(fleet.server);
  await synced(a);
  await a.stop();
  fleet.copy(a);
  await a.start();
  await a.stop();
  // Ordered while the bench is off, so that its keys still are what they were.
  expect((await fleet.server.orders.forget(job.deviceId.slice(3), null)).isNew).toBe(true);
  fleet.restore(a);
  await fleet.stopServer();
  await a.start();
  const identifiers = async (id: typeof job.id) => (await a.admin['jobs.get']({ jobId: id })).identifiers;
  expect((await a.admin['users.list']()).map(user => user.name)).toContain('Ada Admin');
  for (const { id } of [job, other]) expect(await identifiers(id)).toMatchObject({ serial: null });
  expect((await a.admin['health.get']()).warnings.join()).toMatch(/stay closed until the server/);
  await a.stop();

  await fleet.startServer();
  await a.start();
  expect(await identifiers(job.id)).toMatchObject({ serial: null });
  expect(await identifiers(other.id)).toEqual(other.identifiers);
  expect(await fleetOf(a)).toMatchObject([{ subject: job.deviceId, here: 'done', order: 1 }]);
});

test('a legal hold refuses an order, says so to the server, and gives way when it is released', async () => {
  const { a } = fleet;
  const job = await finishedJob(a);
  const subject = job.deviceId;
  await a.enrol(fleet.server);
  await synced(a);
  await a.admin['privacy.hold']({ subject, reason: 'Asked for by a court, file 12.' });
  await synced(a);
  await fleet.server.orders.forget(subject.slice(3), null);
  await a.until(async () => (await fleetOf(a))[0]?.held === 1, 'held');
  expect(await fleetOf(a)).toMatchObject([{ subject, here: 'held', waiting: 1 }]);
  expect((await typesOf(a)).filter(type => type === 'subject.order_refused')).toHaveLength(1);
  expect((await a.admin['jobs.get']({ jobId: job.id })).identifiers).toEqual(job.identifiers);
  expect(await fleet.server.orders.open()).toMatchObject([{ held: 1 }]);

  await a.admin['identity.step_up']({ password: 'correct horse battery' });
  await a.admin['privacy.release_hold']({ subject });
  await a.until(async () => (await fleetOf(a))[0]?.completedAt !== null, 'complete');
  expect(await fleetOf(a)).toMatchObject([{ here: 'done', waiting: 0, held: 0 }]);
  expect((await a.admin['jobs.get']({ jobId: job.id })).identifiers).toMatchObject({ serial: null });
});

test('an order takes the access of a person, but never of the last admin, and waits for an open job', async () => {
  const { a } = fleet;
  const { technician } = a.people;
  const job = await openJob(a.station, technician);
  await a.enrol(fleet.server);
  await synced(a);
  const people = await a.admin['users.list']();
  const [ada, tom] = ['admin', 'technician'].map(role => people.find(user => user.role === role)?.id ?? '');
  for (const id of [ada, tom, job.deviceId]) await fleet.server.orders.forget(id?.slice(3) ?? '', null);
  await a.until(async () => (await fleetOf(a)).some(row => row.subject === tom && row.here === 'done'), 'forgotten');
  await expect(technician['jobs.list']({})).rejects.toMatchObject({ code: 'not_signed_in' });
  const waiting = (await fleetOf(a)).filter(row => row.here === 'waiting').map(row => row.subject);
  expect(waiting.toSorted()).toEqual([ada, job.deviceId].toSorted());
  await a.people.supervisor['jobs.fail']({ jobId: job.id, reason: 'The customer wants it back.' });
  await a.until(async () => (await fleet.server.orders.open()).length === 1, 'forgotten');
  expect(await fleet.server.orders.open()).toMatchObject([{ subject: ada?.slice(3), waiting: 1 }]);
  expect(await fleetOf(a)).toContainEqual(expect.objectContaining({ subject: job.deviceId, here: 'done' }));
});

test('weeks without a word of the fleet: keys that the escrow has are dropped, and fetched when they are asked for', async () => {
  const { a } = fleet;
  const { technician } = a.people;
  const [done, open] = [await finishedJob(a), await openJob(a.station, technician)];
  await a.enrol(fleet.server);
  await synced(a);
  const identifiers = async (id: typeof done.id) => (await a.admin['jobs.get']({ jobId: id })).identifiers;
  await fleet.stopServer();
  await a.stop();
  await a.start(44 * dayMs);
  expect(await identifiers(done.id)).toEqual(done.identifiers);
  await a.stop();
  await a.start(2 * dayMs);
  expect(await typesOf(a)).toContain('subject.keys_expired');
  expect(await identifiers(done.id)).toMatchObject({ serial: null });
  expect(await identifiers(open.id)).toEqual(open.identifiers);
  expect((await a.admin['users.list']()).map(user => user.name)).toContain('Tom Technician');
  const [report] = await a.admin['reports.list']({ jobId: done.id });
  const download = () => a.admin['reports.download']({ reportId: report?.id ?? ('' as never) });
  await expect(download()).rejects.toMatchObject({ code: 'server_unreachable' });

  await fleet.startServer();
  await a.until(async () => (await identifiers(done.id)).serial !== null, 'the key is back');
  expect(await identifiers(done.id)).toEqual(done.identifiers);
  await download();
  expect(await typesOf(a)).toContain('subject.keys_returned');
});

test('nothing in between can make a bench forget: an order counts when the pinned fleet key vouches for it', async () => {
  const { a } = fleet;
  const job = await openJob(a.station, a.people.technician);
  await a.enrol(fleet.server);
  await synced(a);
  const subject = job.deviceId.slice(3);
  await fleet.server.orders.forget(subject, null);
  const [order] = await fleet.server.orders.after(0);
  const { fleetVkey, witnessVkey } = fleet.server;
  if (!order) throw new Error('there is no order');
  expect(subjectOfOrder(order, fleetVkey)).toBe(subject);
  const other = order.entry.replace(subject, '00000000-0000-4000-8000-000000000000');
  const wrong = [
    { ...order, entry: other },
    { ...order, order: 2 },
    { ...order, entry: order.entry.replace('forget.order', 'station.enrolled') },
    { ...order, proof: order.proof.replace(/index \d+/, 'index 0') },
    { ...order, proof: 'nonsense' },
  ];
  for (const forged of wrong) expect(() => subjectOfOrder(forged, fleetVkey)).toThrow('without proof');
  expect(() => subjectOfOrder(order, witnessVkey)).toThrow('without proof');
});
