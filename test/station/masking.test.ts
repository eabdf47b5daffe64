import { afterEach, expect, test } from 'vitest';
import { type Method, methods } from '../../shared/contract.ts';
import { masked, maskIdentifiers } from '../../shared/masking.ts';
import { erase, openJob, pixelPng, testFunctions } from '../support/job-steps.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});

const period = { from: '2025-12-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z' };
const words = {
  caption: 'Picture of the phone of Jane Doe',
  done: 'The board of Jane Doe was shredded.',
  decision: 'Jane Doe agreed on the telephone.',
  hold: 'Jane Doe wants to think about it.',
  revoked: 'Jane Doe thought about it again.',
  corrected: 'Jane Doe sent a better picture.',
};

test('an auditor sees no name, no identifier and no free text, in any answer and any event', async () => {
  bench = await startStation({ draw: 1 });
  const { technician, supervisor, auditor, admin } = await staff(bench);
  const good = await erase(bench, technician, await openJob(bench, technician));
  await testFunctions(technician, good.id);
  await supervisor['jobs.verify_sample']({ jobId: good.id, passed: true, method: 'Nothing of Jane Doe is left.' });
  await supervisor['jobs.sign_off']({ jobId: good.id });
  await supervisor['evidence.correct']({
    jobId: good.id,
    caption: words.caption,
    contentBase64: pixelPng,
    reason: words.corrected,
  });
  const failed = await erase(bench, technician, await openJob(bench, technician, 'fails'));
  const jobId = failed.id;
  const piece = await technician['evidence.add']({ jobId, caption: words.caption, contentBase64: pixelPng });
  const asked = { jobId, reason: 'storage_removed' as const, done: words.done, evidenceIds: [piece.id] };
  const decided = { reason: words.decision, password: passwords.supervisor, decision: 'approve' } as const;
  const first = await technician['approvals.request'](asked);
  await supervisor['approvals.decide']({ ...decided, approvalId: first.id });
  await supervisor['approvals.revoke']({ approvalId: first.id, reason: words.revoked });
  const { id: approvalId } = await technician['approvals.request'](asked);
  await supervisor['approvals.decide']({ ...decided, approvalId });
  await technician['jobs.hold']({ jobId, reason: words.hold });
  const report = await technician['reports.issue']({ jobId, scope: 'reset', variant: 'internal' });
  const tagged = bench.virtual.plug({ portPath: '/dev/serial/by-id/usb-Maker_Phone_R58M123456-if00' });
  await bench.clock.advance(2_000);

  const about: Record<string, unknown> = { jobId, approvalId, evidenceId: piece.id, limit: 200, ...period };
  const seen: unknown[] = bench.events.filter(({ connection }) => connection === 'auditor');
  let answered = 0;
  for (const name of Object.keys(methods) as Method[]) {
    if (/^(identity|reports\.download)/.test(name)) continue;
    for (const input of [undefined, about]) {
      const reply = await bench.station.call('auditor', name, input);
      if (reply.ok) answered++;
      seen.push({ name, reply });
    }
  }
  expect(answered).toBeGreaterThan(10);
  const phones = bench.virtual.list().flatMap(({ identifiers: { serial, imei } }) => [serial, ...imei]);
  const people = ['Tom Technician', 'Sue Supervisor', 'Ada Admin'];
  const text = JSON.stringify(seen);
  for (const secret of [...phones, ...people, 'Jane Doe', 'R58M123456'])
    if (secret !== null && secret !== undefined) expect(text).not.toContain(secret);
  expect(text).toContain('T. T.');
  expect(JSON.stringify(await technician['devices.list']())).toContain(tagged.portPath);

  await auditor['identity.step_up']({ password: passwords.auditor });
  const files = [
    await auditor['sampling.export'](period),
    await auditor['access.export']({ ...period, format: 'csv' }),
  ].map(({ contentBase64 }) => Buffer.from(contentBase64, 'base64').toString());
  for (const file of files) for (const person of people) expect(file).not.toContain(person);
  expect(files.join()).toContain('S. S.');

  // A signed document cannot be masked: taking it is a right of its own, and says in the journal who took it.
  await auditor['reports.download']({ reportId: report.id });
  const [entry] = await admin['journal.list']({ limit: 1 });
  expect(entry).toMatchObject({ type: 'report.downloaded', data: { role: 'auditor' }, actorName: 'Al Auditor' });
});

test('what is short is hidden wholly, and a field named like a part of every object is none of ours', () => {
  const short = { serial: 'R58M', imei: ['356938035643809'], meid: null, eid: null };
  expect(maskIdentifiers(short)).toEqual({ serial: '•••', imei: ['•••3809'], meid: null, eid: null });
  expect(masked({ constructor: 'x', toString: { valueOf: 1 } })).toEqual({
    constructor: 'x',
    toString: { valueOf: 1 },
  });
});
