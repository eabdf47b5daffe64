import { afterEach, describe, expect, test } from 'vitest';
import { erase, openJob, pixelPng } from '../support/job-steps.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

describe('somebody deactivated while their password is being checked', () => {
  test('is not signed in by it', async () => {
    bench = await startStation();
    const { admin } = await staff(bench);
    const tom = (await admin['users.list']()).find(user => user.role === 'technician');
    const late = bench.connect('late');
    const signingIn = late['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician });
    const refused = expect(signingIn).rejects.toMatchObject({ code: 'sign_in_failed' });
    if (tom) await admin['users.deactivate']({ operatorId: tom.id });
    await refused;
    expect(await late['identity.session']()).toBeNull();
  });

  test('decides nothing any more', async () => {
    bench = await startStation();
    const { admin, technician, supervisor } = await staff(bench);
    const sue = (await admin['users.list']()).find(user => user.role === 'supervisor');
    const job = await erase(bench, technician, await openJob(bench, technician, 'fails'));
    const piece = await technician['evidence.add']({ jobId: job.id, caption: 'chip', contentBase64: pixelPng });
    const done = 'The storage chip was removed and shredded.';
    const asked = { jobId: job.id, reason: 'storage_removed' as const, done, evidenceIds: [piece.id] };
    const { id: approvalId } = await technician['approvals.request'](asked);
    const reason = 'Seen on the bench, the chip is gone.';
    await admin['identity.step_up']({ password: passwords.admin });
    const deciding = supervisor['approvals.decide']({
      approvalId,
      decision: 'approve',
      reason,
      password: passwords.supervisor,
    });
    const refused = expect(deciding).rejects.toMatchObject({ code: 'not_signed_in' });
    if (sue) await admin['users.deactivate']({ operatorId: sue.id });
    await refused;
    expect(await technician['jobs.get']({ jobId: job.id })).toMatchObject({ place: 'reset.bypass_requested' });
  });
});
