import { afterEach, expect, test } from 'vitest';
import type { Client } from '../../shared/client.ts';
import { erase, openJob, pixelPng, testFunctions } from '../support/job-steps.ts';
import { addPerson, passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

const card = { badge: 'card 0042', pin: '135790' };
const again = { name: 'Tom Again', password: 'staple remover in drawer' };

/** A second account takes over the badge that the technician carried, gives it back, and becomes a supervisor. */
async function secondAccountOf(technician: Client, admin: Client): Promise<Client> {
  const second = bench.connect('second account');
  await addPerson(admin, second, { ...again, role: 'technician' });
  await technician['identity.step_up']({ password: passwords.technician });
  await technician['me.set_badge'](card);
  await technician['me.remove_badge']();
  await second['identity.step_up']({ password: again.password });
  await second['me.set_badge'](card);
  await second['me.remove_badge']();
  const operatorId = (await second['me.get']()).operatorId;
  await admin['identity.step_up']({ password: passwords.admin });
  await admin['users.change_role']({ operatorId, role: 'supervisor' });
  await second['identity.sign_in'](again);
  return second;
}

test('an account that ever carried the badge of the requester decides no bypass, also after a restart', async () => {
  bench = await startStation();
  const { admin, technician } = await staff(bench);
  const job = await erase(bench, technician, await openJob(bench, technician, 'fails'));
  const evidence = await technician['evidence.add']({ jobId: job.id, caption: 'chip', contentBase64: pixelPng });
  const { id: approvalId } = await technician['approvals.request']({
    jobId: job.id,
    reason: 'storage_removed',
    done: 'The storage chip was removed and shredded.',
    evidenceIds: [evidence.id],
  });
  await secondAccountOf(technician, admin);
  await bench.station.close();
  bench = await startStation({ dataDir: bench.dataDir, keystore: bench.keystore, startAt: bench.clock.now() });
  const second = bench.connect('second account');
  await second['identity.sign_in'](again);
  const decision = { approvalId, decision: 'approve', reason: 'Looks right to me.' } as const;
  for (const decide of [decision, { ...decision, decision: 'deny' } as const])
    await expect(second['approvals.decide']({ ...decide, password: again.password })).rejects.toThrow(
      'Somebody other than the requester must decide.',
    );
  const other = bench.connect('supervisor');
  await other['identity.sign_in']({ name: 'Sue Supervisor', password: passwords.supervisor });
  expect(await other['approvals.decide']({ ...decision, password: passwords.supervisor })).toMatchObject({
    state: 'approved',
  });
});

test('nor does it verify the sample or sign off the work of the other account', async () => {
  bench = await startStation({ draw: 1 });
  const { admin, technician, supervisor } = await staff(bench);
  const { id: jobId } = await erase(bench, technician, await openJob(bench, technician));
  await testFunctions(technician, jobId);
  const second = await secondAccountOf(technician, admin);
  await expect(second['jobs.verify_sample']({ jobId, passed: true, method: 'Looked.' })).rejects.toThrow(
    'Whoever erased the device may not verify the sample.',
  );
  await supervisor['jobs.verify_sample']({ jobId, passed: true, method: 'Nothing found.' });
  await expect(second['jobs.sign_off']({ jobId })).rejects.toThrow('Somebody other than the tester must sign off.');
  expect(await supervisor['jobs.sign_off']({ jobId })).toMatchObject({ place: 'completed' });
});
