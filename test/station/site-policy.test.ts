import { afterEach, expect, test } from 'vitest';
import { erase, openJob, pixelPng } from '../support/job-steps.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

const rules = { idleMinutes: 2, adminPasswordDays: 30, passwordDays: 40, approvalHours: 3 };

test('an admin changes the rules for accounts, which hold at once, and the bench records it', async () => {
  bench = await startStation();
  const { admin, technician, supervisor } = await staff(bench);
  expect(await admin['policy.get']()).toMatchObject({ idleMinutes: null, approvalHours: 24, changedAt: null });
  await expect(supervisor['policy.set'](rules)).rejects.toMatchObject({ code: 'not_permitted' });
  await expect(admin['policy.set']({ ...rules, idleMinutes: 0 })).rejects.toMatchObject({ code: 'bad_input' });
  expect(await admin['policy.set'](rules)).toMatchObject(rules);
  const [entry] = (await supervisor['journal.list']({ limit: 5 })).filter(({ type }) => type === 'policy.changed');
  expect(entry).toMatchObject({ data: { ...rules, cause: 'set' }, actorName: 'Ada Admin' });

  const job = await erase(bench, technician, await openJob(bench, technician, 'fails'));
  const evidence = await technician['evidence.add']({ jobId: job.id, caption: 'chip', contentBase64: pixelPng });
  const { id: approvalId } = await technician['approvals.request']({
    jobId: job.id,
    reason: 'storage_removed',
    done: 'The storage chip was removed and shredded.',
    evidenceIds: [evidence.id],
  });
  const decision = { approvalId, decision: 'approve', reason: 'Seen on the bench.' } as const;
  const approved = await supervisor['approvals.decide']({ ...decision, password: passwords.supervisor });
  const validFor = Date.parse(approved.expiresAt ?? '') - Date.parse(approved.decidedAt ?? '');
  expect(validFor).toBe(rules.approvalHours * 3_600_000);

  const me = await technician['me.get']();
  const lasts = Date.parse(me.passwordExpiresAt ?? '') - Date.parse(me.passwordSetAt ?? '');
  expect(lasts).toBe(rules.passwordDays * 24 * 3_600_000);
  await bench.clock.advance(rules.idleMinutes * 60_000);
  await expect(technician['jobs.list']({})).rejects.toMatchObject({ code: 'session_locked' });
});
