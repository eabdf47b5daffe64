import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import type { EraseResult, Picea } from '../../electron/drivers/picea/picea.ts';
import type { Client } from '../../shared/client.ts';
import type { Job } from '../../shared/jobs.ts';
import { erasesOnly } from '../support/erases-only.ts';
import { issued } from '../support/issued.ts';
import { erase, openJob, pixelPng, startErase, testFunctions } from '../support/job-steps.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

const done = 'The storage chip was removed and shredded.';

async function bypass(technician: Client, supervisor: Client, job: Job, words: string, decision: 'approve' | 'deny') {
  const piece = await technician['evidence.add']({ jobId: job.id, caption: 'chip', contentBase64: pixelPng });
  const asked = { jobId: job.id, reason: 'storage_removed' as const, done: words, evidenceIds: [piece.id] };
  const { id: approvalId } = await technician['approvals.request'](asked);
  const reason = `${decision}: ${words}`;
  await supervisor['approvals.decide']({ approvalId, decision, reason, password: passwords.supervisor });
}

describe('a report for a customer', () => {
  test('opens what it prints and nothing else of what was written about the job', async () => {
    bench = await startStation();
    const { technician, supervisor } = await staff(bench);
    const job = await erase(bench, technician, await openJob(bench, technician, 'fails'));
    await bypass(technician, supervisor, job, 'Internal words of a request that was denied.', 'deny');
    await bypass(technician, supervisor, job, done, 'approve');
    await technician['jobs.begin_functional']({ jobId: job.id });
    const skipped = { jobId: job.id, stepId: 'cellular', result: 'skip', reason: 'No SIM card at hand.' } as const;
    await technician['jobs.record_step'](skipped);

    const customer = await issued(technician, job, 'reset', 'customer');
    expect(customer.record.bypass).toMatchObject({ done });
    expect(customer.opened).toContain(done);
    expect(customer.opened).toContain(job.identifiers.serial);
    for (const words of ['Internal words', 'No SIM card', 'chip"']) expect(customer.opened).not.toContain(words);
    expect((await issued(technician, job, 'functional', 'customer')).opened).toContain('No SIM card');
    expect((await issued(technician, job, 'functional', 'internal')).opened).toContain('Internal words');
  });

  test('prints what the device told of itself, and lists as not checked what it did not', async () => {
    bench = await startStation();
    const { technician } = await staff(bench);
    const job = await openJob(bench, technician);
    const facts = await technician['devices.facts']({ deviceId: job.deviceId });
    const told = (name: string) => facts.find(fact => fact.name === name)?.value;
    const { record } = await issued(technician, job, 'intake', 'customer');
    expect(record.device).toMatchObject({
      marketingName: told('marketing_name'),
      colour: told('colour'),
      capacityBytes: Number(told('capacity_bytes')),
    });
    for (const key of ['marketing_name', 'colour', 'capacity']) expect(record.notChecked).not.toContain(key);
    expect(record.notChecked).toContain('asset_tag');
  });

  test('does not open the identity of a foreign device that answered after the erase', async () => {
    bench = await startStation();
    const { technician } = await staff(bench);
    const job = await erase(bench, technician, await openJob(bench, technician, 'wrong_identity'));
    const [phone] = bench.virtual.list();
    const { record, opened } = await issued(technician, job, 'reset', 'customer');
    expect(record.erasureStatus).toBe('indeterminate');
    expect(phone?.identifiers.serial).not.toBe(job.identifiers.serial);
    expect(opened).not.toContain(phone?.identifiers.serial);
  });
});

/** A tool that answers at once with this. */
const tool = (result: Partial<EraseResult>, before: () => void = () => {}): Picea => ({
  ...erasesOnly,
  info: async () => ({ product: 'Scripted tool', version: '1' }),
  async erase({ identifiers }, { onProgress }) {
    onProgress({ kind: 'reboot', windowMs: 60_000 });
    before();
    return {
      operationId: 'operation-1',
      success: true,
      failure: null,
      identifiers,
      technique: null,
      category: null,
      startedAt: '2026-01-01T00:00:00.000Z',
      endedAt: '2026-01-01T00:00:05.000Z',
      raw: '{}',
      certificate: null,
      ...result,
    };
  },
  close: async () => {},
});
const instant = {
  job: { selfSignOff: false, unknownLocksPass: true },
  erase: { stallMs: 60_000, plausibleMs: 0, returnMs: 1_000 },
};

describe('what a report says', () => {
  test('it was the tool alone that named a device which does not answer any more', async () => {
    const picea = tool({}, () => bench.virtual.order(bench.virtual.list()[0]?.id ?? '', 'silent'));
    bench = await startStation({ drivers: { picea }, config: { policy: instant } });
    const { technician } = await staff(bench);
    const job = await erase(bench, technician, await openJob(bench, technician));
    expect(job.erase.status).toBe('erased_with_exceptions');
    const { record } = await issued(technician, job, 'reset', 'customer');
    expect(record.verification?.method).toBe('identity_named_by_tool');
  });

  test('a tool with many words or none about its failure does not stop the report', async () => {
    const failure = { code: 'E7', message: 'x'.repeat(2_000) };
    const results: Partial<EraseResult>[] = [
      { success: false, failure, technique: '' },
      { success: false, failure: { code: 'E8', message: '' } },
    ];
    const picea: Picea = { ...tool({}), erase: (...args) => tool(results.shift() ?? {}).erase(...args) };
    bench = await startStation({ drivers: { picea }, config: { policy: instant } });
    const { technician } = await staff(bench);
    const job = await erase(bench, technician, await openJob(bench, technician));
    const long = await issued(technician, job, 'reset', 'internal');
    expect(long.record.erasure).toMatchObject({ technique: null });
    expect(long.record.erasure?.failure).toMatch(/^x{400,}…$/);
    await erase(bench, technician, job);
    expect((await issued(technician, job, 'reset', 'internal')).record.erasure?.failure).toBe('E8');
  });

  test('a failed sample and its verdict belong to the erase they were about', async () => {
    bench = await startStation({ draw: 1 });
    const { technician, supervisor } = await staff(bench);
    const job = await erase(bench, technician, await openJob(bench, technician));
    await testFunctions(technician, job.id);
    await supervisor['jobs.verify_sample']({ jobId: job.id, passed: false, method: 'Found a contact list.' });
    const failed = await issued(technician, job, 'master', 'internal');
    expect(failed.record).toMatchObject({
      validation: { decision: 'repeat' },
      sampling: { verification: { result: 'fail' } },
    });
    await erase(bench, technician, job);
    const again = await issued(technician, job, 'master', 'internal');
    expect(again.record).toMatchObject({ validation: null, sampling: { drawn: true, verification: null } });
    expect(again.record.notChecked).toContain('sampling');
  });

  test('a measurement is a plain decimal number, or is not taken', async () => {
    bench = await startStation();
    const { technician } = await staff(bench);
    const job = await erase(bench, technician, await openJob(bench, technician));
    await technician['jobs.begin_functional']({ jobId: job.id });
    const measure = (value: number) =>
      technician['jobs.record_step']({
        jobId: job.id,
        stepId: 'charging',
        result: 'pass',
        measurement: { value, unit: 'A' },
      });
    for (const value of [1e-7, 1e21]) await expect(measure(value)).rejects.toMatchObject({ code: 'bad_input' });
    await measure(-0.25);
    const { record } = await issued(technician, job, 'functional', 'customer');
    expect(record.tests.find(t => t.id === 'charging')?.measurements).toMatchObject([{ value: '-0.25', unit: 'A' }]);
  });

  test('is what held when its number was taken, whatever starts meanwhile', async () => {
    bench = await startStation();
    const { technician } = await staff(bench);
    const job = await erase(bench, technician, await openJob(bench, technician, 'lost'));
    expect(job.place).toBe('reset.interrupted');
    const [phone] = bench.virtual.list();
    bench.virtual.order(phone?.id ?? '', null);
    bench.virtual.replug(phone?.id ?? '');
    await bench.clock.advance(2_000);
    const making = issued(technician, job, 'reset', 'internal');
    await startErase(bench, technician, job);
    const { record, leaves, report } = await making;
    expect(record.erasure?.attempts).toBe(1);
    const types = [...leaves.values()].map(leaf => leaf.type);
    expect(types.filter(type => type === 'job.erase_started')).toHaveLength(1);
    expect(types).toContain('report.numbered');
    expect(report.erasureStatus).toBe('indeterminate');
  });
});

describe('a number', () => {
  test('whose keystore does not take it is void at once', async () => {
    const keystore = createMemoryKeystore();
    let refuse = false;
    const set = (name: string, value: string) =>
      refuse && name === 'high-water' ? Promise.reject(new Error('locked')) : keystore.set(name, value);
    bench = await startStation({ keystore: { ...keystore, set } });
    const { technician, supervisor } = await staff(bench);
    const job = await erase(bench, technician, await openJob(bench, technician));
    refuse = true;
    const issue = { jobId: job.id, scope: 'reset', variant: 'internal' } as const;
    await expect(technician['reports.issue'](issue)).rejects.toMatchObject({ code: 'report_failed' });
    refuse = false;
    expect((await supervisor['journal.list']({ limit: 1 }))[0]).toMatchObject({ type: 'report.voided' });
    expect(await technician['reports.issue'](issue)).toMatchObject({ sequence: 2, state: 'issued' });
  });

  test('is void when the evidence that its document rests on was altered on disk', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'bench-altered-'));
    try {
      bench = await startStation({ dataDir });
      const { technician, supervisor } = await staff(bench);
      const job = await erase(bench, technician, await openJob(bench, technician, 'fails'));
      await bypass(technician, supervisor, job, done, 'approve');
      await technician['jobs.begin_functional']({ jobId: job.id });
      const [piece] = await technician['evidence.list']({ jobId: job.id });
      expect(readdirSync(join(dataDir, 'blobs'))).toContain(piece?.sha256);
      writeFileSync(join(dataDir, 'blobs', piece?.sha256 ?? ''), 'altered');
      for (const variant of ['customer', 'internal'] as const)
        await expect(technician['reports.issue']({ jobId: job.id, scope: 'reset', variant })).rejects.toMatchObject({
          code: 'report_failed',
        });
      expect(await technician['reports.list']({})).toMatchObject([{ state: 'void' }, { state: 'void' }]);
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
