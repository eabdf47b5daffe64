import { afterEach, expect, test } from 'vitest';
import type { Client } from '../../shared/client.ts';
import type { Job } from '../../shared/jobs.ts';
import { erase, openJob, pixelPng, testFunctions } from '../support/job-steps.ts';
import { addPerson, passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

const reason = 'Seen on the bench, the chip is gone.';
const done = 'The storage chip was removed and shredded.';

async function requestFor(technician: Client, job: Job) {
  const evidence = await technician['evidence.add']({ jobId: job.id, caption: 'chip', contentBase64: pixelPng });
  return technician['approvals.request']({
    jobId: job.id,
    reason: 'storage_removed',
    done,
    evidenceIds: [evidence.id],
  });
}

test('four eyes: requested, denied, requested again, approved by the second person, used once', async () => {
  bench = await startStation();
  const { technician, supervisor } = await staff(bench);
  const job = await erase(bench, technician, await openJob(bench, technician, 'fails'));
  const first = await requestFor(technician, job);
  expect(first).toMatchObject({ state: 'requested', done, requesterName: 'Tom Technician', deciderName: null });

  const decision = { approvalId: first.id, reason, password: passwords.supervisor } as const;
  expect(await supervisor['approvals.decide']({ ...decision, decision: 'deny' })).toMatchObject({ state: 'denied' });
  expect(await technician['jobs.get']({ jobId: job.id })).toMatchObject({ place: 'reset.erase_failed' });
  await expect(supervisor['approvals.decide']({ ...decision, decision: 'approve' })).rejects.toMatchObject({
    code: 'conflict',
  });

  const second = await requestFor(technician, job);
  const approved = await supervisor['approvals.decide']({ ...decision, approvalId: second.id, decision: 'approve' });
  expect(approved).toMatchObject({ state: 'approved', deciderName: 'Sue Supervisor', decisionReason: reason });
  const qc = await testFunctions(technician, job.id);
  expect(qc).toMatchObject({ place: 'qc', erase: { status: 'manual_bypass' }, approvalId: null });
  expect(await supervisor['approvals.list']({ state: 'used' })).toMatchObject([{ id: second.id }]);

  const report = await technician['reports.issue']({ jobId: job.id, scope: 'reset', variant: 'internal' });
  expect(report).toMatchObject({ state: 'issued', erasureStatus: 'manual_bypass' });
});

test('the requester decides nothing, whatever their role', async () => {
  bench = await startStation();
  const { technician, supervisor } = await staff(bench);
  const job = await erase(bench, technician, await openJob(bench, technician, 'fails'));
  const own = await requestFor(supervisor, job);
  const decision = { approvalId: own.id, decision: 'approve', reason, password: passwords.supervisor } as const;
  await expect(supervisor['approvals.decide'](decision)).rejects.toThrow(
    'Somebody other than the requester must decide.',
  );
  await expect(technician['approvals.decide']({ ...decision, password: passwords.technician })).rejects.toMatchObject({
    code: 'not_permitted',
  });
  expect(await technician['jobs.get']({ jobId: job.id })).toMatchObject({ place: 'reset.bypass_requested' });
});

test('a new role makes no second person of the requester', async () => {
  bench = await startStation();
  const { admin, technician } = await staff(bench);
  const job = await erase(bench, technician, await openJob(bench, technician, 'fails'));
  const { id: approvalId, requestedBy } = await requestFor(technician, job);
  await admin['identity.step_up']({ password: passwords.admin });
  await admin['users.change_role']({ operatorId: requestedBy, role: 'supervisor' });
  await expect(technician['jobs.list']({})).rejects.toMatchObject({ code: 'not_signed_in' });
  await technician['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician });
  const decision = { approvalId, decision: 'approve', reason, password: passwords.technician } as const;
  await expect(technician['approvals.decide'](decision)).rejects.toThrow('Somebody other than the requester');
  const review = await admin['access.review']({ from: '2025-12-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z' });
  const since = review.people.find(({ operator }) => operator === requestedBy);
  const [changed] = (await admin['journal.list']({ limit: 50 })).filter(e => e.type === 'operator.role_changed');
  expect(since).toMatchObject({ role: 'supervisor', roleSince: changed?.at });
});

test('one badge is never carried by two accounts', async () => {
  bench = await startStation();
  const { admin, technician } = await staff(bench);
  await admin['identity.step_up']({ password: passwords.admin });
  const second = bench.connect('second account');
  await addPerson(admin, second, { name: 'Tom Again', role: 'technician', password: 'staple remover in drawer' });
  await technician['identity.step_up']({ password: passwords.technician });
  await technician['me.set_badge']({ badge: 'BADGE-0001', pin: '493817' });
  await second['identity.step_up']({ password: 'staple remover in drawer' });
  await expect(second['me.set_badge']({ badge: 'BADGE-0001', pin: '718394' })).rejects.toMatchObject({
    code: 'conflict',
  });
});

test('the second person proves who they are at that moment', async () => {
  bench = await startStation();
  const { technician, supervisor } = await staff(bench);
  const job = await erase(bench, technician, await openJob(bench, technician, 'fails'));
  const { id: approvalId } = await requestFor(technician, job);
  const wrong = { approvalId, decision: 'approve', reason, password: 'not the password' } as const;
  await expect(supervisor['approvals.decide'](wrong)).rejects.toMatchObject({ code: 'sign_in_failed' });
  expect((await supervisor['journal.list']({ limit: 5 })).map(e => e.type)).toContain('session.refused');
});

test('an approval runs out after a day and the job waits for a new one', async () => {
  bench = await startStation();
  const { technician, supervisor } = await staff(bench);
  const job = await erase(bench, technician, await openJob(bench, technician, 'fails'));
  const { id: approvalId } = await requestFor(technician, job);
  await supervisor['approvals.decide']({ approvalId, decision: 'approve', reason, password: passwords.supervisor });
  await bench.clock.advance(24 * 3_600_000 - 60_000);
  expect(await technician['jobs.get']({ jobId: job.id })).toMatchObject({ place: 'reset.bypass_approved' });
  await bench.clock.advance(120_000);
  expect(await technician['jobs.get']({ jobId: job.id })).toMatchObject({ place: 'reset.erase_failed' });
  await expect(technician['jobs.begin_functional']({ jobId: job.id })).rejects.toMatchObject({ code: 'state_refused' });
});

test('an approval that is taken back leaves the job where it failed, and is used by nobody', async () => {
  bench = await startStation();
  const { technician, supervisor, admin, auditor } = await staff(bench);
  await admin['identity.step_up']({ password: passwords.admin });
  const other = bench.connect('other supervisor');
  await addPerson(admin, other, { name: 'Ted Second', role: 'supervisor', password: 'another river at dusk' });
  const job = await erase(bench, technician, await openJob(bench, technician, 'fails'));
  const approve = async () => {
    const { id: approvalId } = await requestFor(technician, job);
    await supervisor['approvals.decide']({ approvalId, decision: 'approve', reason, password: passwords.supervisor });
    return approvalId;
  };
  const why = 'The chip was found in the drawer.';

  const first = { approvalId: await approve(), reason: why };
  await expect(technician['approvals.revoke'](first)).rejects.toMatchObject({ code: 'not_permitted' });
  await expect(other['approvals.revoke'](first)).rejects.toThrow('Only whoever approved it');
  expect(await supervisor['approvals.revoke'](first)).toMatchObject({
    state: 'revoked',
    revoked: { byName: 'Sue Supervisor', reason: why },
  });
  expect(await technician['jobs.get']({ jobId: job.id })).toMatchObject({ place: 'reset.erase_failed' });
  await expect(supervisor['approvals.revoke'](first)).rejects.toMatchObject({ code: 'conflict' });
  await expect(technician['jobs.begin_functional']({ jobId: job.id })).rejects.toMatchObject({ code: 'state_refused' });

  const second = { approvalId: await approve(), reason: why };
  await supervisor['jobs.hold']({ jobId: job.id, reason: 'Waits for the customer.' });
  expect(await admin['approvals.revoke'](second)).toMatchObject({ state: 'revoked', revoked: { byName: 'Ada Admin' } });
  expect(await supervisor['jobs.release']({ jobId: job.id })).toMatchObject({ place: 'reset.erase_failed' });
  const [entry] = (await auditor['journal.list']({ limit: 20, jobId: job.id })).filter(
    e => e.type === 'job.bypass_revoked',
  );
  expect(entry?.data).toMatchObject({ approval: second.approvalId, from: 'on_hold', to: 'on_hold' });
  expect((await auditor['approvals.list']({ state: 'revoked' })).at(0)?.revoked).toMatchObject({ reason: '•••' });
});

test('whoever decides sees the attempts so far and how often the requester asks', async () => {
  bench = await startStation();
  const { technician, supervisor, auditor } = await staff(bench);
  await erase(bench, technician, await openJob(bench, technician));
  const job = await erase(bench, technician, await openJob(bench, technician, 'fails'));
  await erase(bench, technician, job);
  const { id: approvalId } = await requestFor(technician, job);
  const seen = await supervisor['approvals.case']({ approvalId });
  expect(seen.attempts).toMatchObject([
    { attempt: 1, outcome: 'failed', operatorName: 'Tom Technician' },
    { attempt: 2, outcome: 'failed' },
  ]);
  expect(seen.rate).toEqual({ days: 90, requests: 1, approved: 0, denied: 0, erases: 3 });
  await expect(technician['approvals.case']({ approvalId })).rejects.toMatchObject({ code: 'not_permitted' });
  expect((await auditor['approvals.case']({ approvalId })).attempts[0]).toMatchObject({ operatorName: 'T. T.' });
  bench.clock.stepWall(91 * 86_400_000);
  const { rate } = await supervisor['approvals.case']({ approvalId });
  expect(rate).toMatchObject({ requests: 0, erases: 0 });
});

test('a request ends with its job', async () => {
  bench = await startStation();
  const { technician, supervisor } = await staff(bench);
  const job = await erase(bench, technician, await openJob(bench, technician, 'fails'));
  await requestFor(technician, job);
  await technician['jobs.fail']({ jobId: job.id, reason: 'The customer wants it back.' });
  await bench.clock.advance(61_000);
  expect(await supervisor['approvals.list']({ state: 'requested' })).toEqual([]);
});

test('evidence is what its bytes say, belongs to the job and is whole', async () => {
  bench = await startStation();
  const { technician } = await staff(bench);
  const job = await erase(bench, technician, await openJob(bench, technician, 'fails'));
  const other = await openJob(bench, technician);
  const add = (contentBase64: string) =>
    technician['evidence.add']({ jobId: other.id, caption: 'chip', contentBase64 });
  await expect(add('')).rejects.toMatchObject({ code: 'evidence_refused' });
  await expect(add(Buffer.from('MZ\x90\0 renamed.jpg').toString('base64'))).rejects.toMatchObject({
    code: 'evidence_refused',
  });
  const foreign = await add(pixelPng);
  const request = { jobId: job.id, reason: 'will_not_boot' as const, done, evidenceIds: [foreign.id] };
  await expect(technician['approvals.request'](request)).rejects.toMatchObject({ code: 'evidence_refused' });
});
