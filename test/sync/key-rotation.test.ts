import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TrustPolicy } from '../../shared/verify/proof-bundle.ts';
import { verifyReportPdf } from '../../shared/verify/report-pdf.ts';
import { verifyPath } from '../../shared/verify/verify-path.ts';
import { openJob } from '../support/job-steps.ts';
import { type Syncing, startSyncing } from './syncing-station.ts';

let station: Syncing;
beforeEach(async () => {
  station = await startSyncing();
});
afterEach(() => station.close());

const settled = () => station.reach(({ state, pendingEntries }) => state === 'idle' && pendingEntries === 0);
const seeds = async () => ((await station.keystore.get('log-key')) ?? '').split(' ').length;
const cosigned = async () => (await station.admin['journal.status']()).cosignedSize;

/** The export as an outsider sees it who pinned one string. */
async function verified() {
  const dir = mkdtempSync(join(station.folder, 'export-'));
  station.export(dir);
  const { fleetVkey } = station.server;
  const { ok, steps } = await verifyPath(dir, { fleetVkey });
  const policy = TrustPolicy.parse(JSON.parse(readFileSync(join(dir, 'policy.json'), 'utf8')));
  rmSync(dir, { recursive: true });
  const of = (name: string) => steps.filter(({ step }) => step === name).map(({ outcome }) => outcome);
  return { ok, of, policy, failed: steps.filter(({ outcome }) => outcome === 'failed') };
}

async function expectWhole(): Promise<void> {
  expect(await station.admin['journal.verify']()).toMatchObject({ ok: true });
  expect(await station.witnessed()).toBe(await cosigned());
}

describe('an enrolled station', () => {
  beforeEach(async () => {
    await station.enrol();
    await settled();
  });

  test('changes its key without a gap, and the server follows', async () => {
    const before = await verified();
    expect(before).toMatchObject({ ok: true, failed: [] });
    expect(before.policy.rotations).toBe(undefined);
    const { keys, left } = await station.admin['keys.rotate']();
    expect(left).toBe(null);
    expect(keys.map(({ state }) => state)).toEqual(keys.map(() => 'good'));
    expect(await seeds()).toBe(2);
    await settled();
    expect(await seeds()).toBe(1);
    await station.act();
    await settled();
    await expectWhole();
    const after = await verified();
    expect(after).toMatchObject({ ok: true, failed: [] });
    expect(after.of('rotation')).toEqual(['ok']);
    expect(after.policy.logVkey).not.toBe(before.policy.logVkey);
    expect(after.policy.fleet?.rotations).toHaveLength(1);
  });

  test('reports from before and after a change verify for whoever pinned the fleet', async () => {
    const { bench } = station;
    const technician = bench.connect('technician');
    const { fleetVkey } = station.server;
    const report = async () => {
      const job = await openJob(bench, technician);
      const issue = { jobId: job.id, scope: 'intake', variant: 'customer' } as const;
      const { id } = await technician['reports.issue'](issue);
      const { contentBase64 } = await technician['reports.download']({ reportId: id });
      return Buffer.from(contentBase64, 'base64');
    };
    const holds = async (pdf: Buffer) => {
      const { ok, steps } = await verifyReportPdf(pdf, { fleetVkey });
      expect(steps.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
      expect(ok).toBe(true);
      return steps.filter(({ step }) => step === 'rotation').map(({ outcome }) => outcome);
    };
    const before = await report();
    await station.admin['keys.rotate']();
    const between = await report();
    await settled();
    const after = await report();
    expect(await holds(before)).toEqual([]);
    expect([['ok'], ['warning']]).toContainEqual(await holds(between));
    expect(await holds(after)).toEqual(['ok']);
  });

  test('changes it twice while the server is away, is stopped and started, and goes on', async () => {
    await station.stopServer();
    await station.admin['keys.rotate']();
    await station.act();
    await station.stopBench();
    await station.startBench();
    await station.admin['keys.rotate']();
    expect(await seeds()).toBe(3);
    await station.stopBench();
    await station.startBench();
    await station.startServer();
    await station.act();
    await settled();
    expect(await seeds()).toBe(1);
    await expectWhole();
    expect((await verified()).of('rotation')).toEqual(['ok', 'ok']);
    await station.stopBench();
    await station.startBench();
    await station.act();
    await settled();
    await expectWhole();
  });

  test('before the server knows, both signatures vouch, and the verifier says who could have made them', async () => {
    await station.stopServer();
    const { fleetVkey } = (await verifiedOffline()).policy;
    await station.admin['keys.rotate']();
    const offline = await verifiedOffline(fleetVkey ?? '');
    expect(offline.ok).toBe(true);
    expect(offline.outcomes).toContain('rotation warning');
    await station.startServer();
  });

  test('a server restored to before the change gets it again from what the old key signed', async () => {
    await station.stopServer();
    station.copy('server');
    await station.startServer();
    for (let acts = 0; acts < 3; acts++) {
      await station.act();
      await settled();
    }
    await station.admin['keys.rotate']();
    await settled();
    await station.act();
    await settled();
    const held = await cosigned();
    expect(await seeds()).toBe(1);
    await station.stopServer();
    station.restore('server');
    await station.startServer();
    await station.act();
    await settled();
    expect(await cosigned()).toBeGreaterThan(held);
    await expectWhole();
    expect(await verified()).toMatchObject({ ok: true });
  });

  test('an answer that is lost on the way changes nothing', async () => {
    await station.admin['keys.rotate']();
    let lost = 0;
    station.line.answer(async (request, response, body) => {
      if (request.url?.endsWith('/batches') && lost++ < 3) {
        const swallowed = Object.assign(Object.create(response), { writeHead: () => response, end: () => response });
        await station.line.forward(request, swallowed, body);
        response.destroy();
      } else await station.line.forward(request, response, body);
    });
    await settled();
    expect(lost).toBeGreaterThan(3);
    await station.act();
    await settled();
    await expectWhole();
    expect(await seeds()).toBe(1);
  });
});

test('a station that changed its key twice before it was ever enrolled', async () => {
  await station.admin['keys.rotate']();
  await station.act();
  await station.admin['keys.rotate']();
  await station.stopBench();
  await station.startBench();
  await station.enrol();
  await settled();
  expect(await seeds()).toBe(1);
  await expectWhole();
  expect((await verified()).of('rotation')).toEqual(['ok', 'ok']);
});

async function verifiedOffline(fleetVkey?: string) {
  const dir = mkdtempSync(join(station.folder, 'export-'));
  station.export(dir);
  const { ok, steps } = await verifyPath(dir, fleetVkey === undefined ? {} : { fleetVkey });
  const policy = TrustPolicy.parse(JSON.parse(readFileSync(join(dir, 'policy.json'), 'utf8')));
  return { ok, policy, outcomes: steps.map(({ step, outcome }) => `${step} ${outcome}`) };
}
