import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Client } from '../../shared/client.ts';
import { erase, openJob, pixelPng, testFunctions } from '../support/job-steps.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

const caption = 'The board without its chip';
const piece = { caption, contentBase64: pixelPng, thumbnailBase64: pixelPng };
const reason = 'Seen on the bench, the chip is gone.';
const done = 'The storage chip was removed and shredded.';
const fileOf = (sha256: string) => join(bench.dataDir, 'blobs', sha256);
const typesIn = async (client: Client) => (await client['journal.list']({ limit: 50 })).map(entry => entry.type);

async function failedJob() {
  const people = await staff(bench);
  const job = await erase(bench, people.technician, await openJob(bench, people.technician, 'fails'));
  return { ...people, jobId: job.id };
}

function alter(sha256: string) {
  const bytes = readFileSync(fileOf(sha256));
  bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
  writeFileSync(fileOf(sha256), bytes);
}

describe('a piece of evidence', () => {
  test('is kept with its small picture, both encrypted', async () => {
    bench = await startStation();
    const { technician, auditor, jobId } = await failedJob();
    const added = await technician['evidence.add']({ jobId, ...piece });
    expect(added).toMatchObject({ condition: 'whole', hasThumbnail: true, capturedByName: 'Tom Technician' });
    const small = await technician['evidence.thumbnail']({ evidenceId: added.id });
    expect(small).toEqual({ mediaType: 'image/png', contentBase64: pixelPng });
    for (const name of readdirSync(join(bench.dataDir, 'blobs')))
      expect(readFileSync(fileOf(name)).includes('PNG')).toBe(false);
    const [masked] = await auditor['evidence.list']({ jobId });
    expect(masked).toMatchObject({ caption: '•••', capturedByName: 'T. T.' });
    await expect(auditor['evidence.thumbnail']({ evidenceId: added.id })).rejects.toMatchObject({
      code: 'not_permitted',
    });
  });

  test('takes no small picture that is none or too large', async () => {
    bench = await startStation();
    const { technician, jobId } = await failedJob();
    const noPicture = Buffer.from('<svg onload="alert(1)">').toString('base64');
    const add = (thumbnailBase64: string) => technician['evidence.add']({ jobId, ...piece, thumbnailBase64 });
    await expect(add(noPicture)).rejects.toMatchObject({ code: 'evidence_refused' });
    await expect(add(Buffer.alloc(64 * 1024 + 3).toString('base64'))).rejects.toMatchObject({ code: 'bad_input' });
    expect(await technician['evidence.list']({ jobId })).toEqual([]);
  });

  test('is superseded once: the old piece stays and both hashes are in the journal', async () => {
    bench = await startStation();
    const { technician, auditor, jobId } = await failedJob();
    const blurred = await technician['evidence.add']({ jobId, ...piece });
    const sharp = await technician['evidence.supersede']({ evidenceId: blurred.id, ...piece, caption: 'Now sharp' });
    expect(sharp).toMatchObject({ supersedes: blurred.id, supersededBy: null });
    expect(await technician['evidence.list']({ jobId })).toMatchObject([
      { id: blurred.id, caption, supersededBy: sharp.id, condition: 'whole' },
      { id: sharp.id },
    ]);
    await expect(technician['evidence.supersede']({ evidenceId: blurred.id, ...piece })).rejects.toMatchObject({
      code: 'conflict',
    });
    const entry = (await auditor['journal.list']({ limit: 50 })).find(e => e.type === 'evidence.superseded');
    expect(entry?.data).toEqual({
      evidence: blurred.id,
      sha256: blurred.sha256,
      by: sharp.id,
      bySha256: sharp.sha256,
    });
  });

  test('is refused for a closed job, unless a supervisor corrects it with a reason', async () => {
    bench = await startStation();
    const { technician, supervisor, admin, auditor, jobId } = await failedJob();
    const early = { jobId, ...piece, reason: 'Photographed too late.' };
    await expect(supervisor['evidence.correct'](early)).rejects.toThrow('The job is open');
    const old = await technician['evidence.add']({ jobId, ...piece });
    await technician['jobs.fail']({ jobId, reason: 'The chip is gone.' });
    await expect(technician['evidence.add']({ jobId, ...piece })).rejects.toThrow('The job is closed.');
    await expect(technician['evidence.supersede']({ evidenceId: old.id, ...piece })).rejects.toThrow(
      'The job is closed.',
    );
    for (const other of [technician, admin, auditor])
      await expect(other['evidence.correct'](early)).rejects.toMatchObject({ code: 'not_permitted' });
    const corrected = await supervisor['evidence.correct'](early);
    expect(corrected.correction).toEqual({ reason: 'Photographed too late.' });
    const entry = (await supervisor['journal.list']({ limit: 5 })).find(e => e.type === 'evidence.added');
    expect(entry?.data).toMatchObject({ correction: true, stage: 'failed' });
    expect((await auditor['evidence.list']({ jobId })).at(-1)?.correction).toEqual({ reason: '•••' });
  });
});

describe('bytes that are not as they were recorded', () => {
  test('show as altered, are journalled once, and block request, approval and report until they are back', async () => {
    bench = await startStation();
    const { technician, supervisor, jobId } = await failedJob();
    const { id, sha256 } = await technician['evidence.add']({ jobId, ...piece });
    const whole = readFileSync(fileOf(sha256));
    const request = { jobId, reason: 'storage_removed' as const, done, evidenceIds: [id] };
    alter(sha256);
    await expect(technician['evidence.read']({ evidenceId: id })).rejects.toMatchObject({ code: 'evidence_refused' });
    await expect(technician['approvals.request'](request)).rejects.toMatchObject({ code: 'evidence_refused' });
    expect(await technician['evidence.list']({ jobId })).toMatchObject([{ condition: 'altered' }]);
    const issue = { jobId, scope: 'reset', variant: 'internal' } as const;
    await expect(technician['reports.issue'](issue)).rejects.toMatchObject({ code: 'report_failed' });
    expect((await typesIn(supervisor)).filter(type => type === 'evidence.altered')).toHaveLength(1);

    writeFileSync(fileOf(sha256), whole);
    expect(await technician['evidence.check']({ jobId })).toMatchObject([{ condition: 'whole' }]);
    const { id: approvalId } = await technician['approvals.request'](request);
    alter(sha256);
    const decision = { approvalId, reason, password: passwords.supervisor };
    await expect(supervisor['approvals.decide']({ ...decision, decision: 'approve' })).rejects.toMatchObject({
      code: 'evidence_refused',
    });
    expect(await typesIn(supervisor)).toContain('evidence.whole_again');
    expect(await supervisor['approvals.decide']({ ...decision, decision: 'deny' })).toMatchObject({ state: 'denied' });
  });

  test('show as missing in the list without being opened', async () => {
    bench = await startStation();
    const { technician, supervisor, jobId } = await failedJob();
    const { id, sha256 } = await technician['evidence.add']({ jobId, ...piece });
    renameSync(fileOf(sha256), `${fileOf(sha256)}.gone`);
    expect(await technician['evidence.list']({ jobId })).toMatchObject([{ condition: 'missing' }]);
    expect(await typesIn(supervisor)).toContain('evidence.missing');
    const { id: other } = await technician['evidence.supersede']({ evidenceId: id, ...piece });
    const request = { jobId, reason: 'storage_removed' as const, done, evidenceIds: [other] };
    const { id: approvalId } = await technician['approvals.request'](request);
    await supervisor['approvals.decide']({ approvalId, decision: 'approve', reason, password: passwords.supervisor });
    await testFunctions(technician, jobId);
    // What was superseded is neither printed nor needed; the journal keeps its record.
    const report = await technician['reports.issue']({ jobId, scope: 'reset', variant: 'internal' });
    expect(report).toMatchObject({ state: 'issued' });
  });
});
