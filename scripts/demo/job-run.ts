import type { Client } from '../../shared/client.ts';
import type { Device } from '../../shared/devices.ts';
import type { Proof } from '../../shared/identity.ts';
import type { JobId } from '../../shared/ids.ts';
import type { ErasureStatus, Job } from '../../shared/jobs.ts';
import type { VirtualFault } from '../../shared/training.ts';

/** What has to come out for a phone with this fault, whatever else happens. */
export const expected: Record<VirtualFault | 'none', { status: ErasureStatus; place: Job['place'] }> = {
  none: { status: 'erased_verified', place: 'completed' },
  slow: { status: 'erased_verified', place: 'completed' },
  lost: { status: 'indeterminate', place: 'failed' },
  wrong_identity: { status: 'indeterminate', place: 'failed' },
  fails: { status: 'manual_bypass', place: 'completed' },
  does_nothing: { status: 'failed', place: 'failed' },
  silent: { status: 'indeterminate', place: 'failed' },
};

export type People = {
  technician: Client;
  supervisor: Client;
  /** Password and an unused code of the supervisor. */
  supervisorProof(): Promise<Proof>;
};

const condition = {
  simCard: 'removed',
  memoryCard: 'absent',
  powersOn: true,
  screen: 'intact',
  housing: 'scratched',
  batterySwollen: false,
} as const;

/** Stands for the document that a destroyed device leaves behind. */
const destructionRecord = Buffer.from('%PDF-1.7\n% record of a destroyed storage chip\n%%EOF\n').toString('base64');

/** Drives one device from intake to the end that its erasure allows, as people at a bench would. */
export async function runJob(people: People, device: Device): Promise<Job> {
  const { technician } = people;
  const { id: jobId } = await technician['jobs.open']({ deviceId: device.id });
  await technician['jobs.complete_intake']({ jobId, condition });
  await technician['jobs.start_erase']({ jobId });
  const erased = await untilErased(technician, jobId);
  if (erased.place === 'reset.erased') return finish(people, jobId);
  if (erased.erase.status === 'failed') return finish(people, await bypass(people, jobId));
  const reason =
    erased.place === 'reset.interrupted'
      ? 'The device went away while it was erased and did not come back.'
      : 'Another device answered after the erase.';
  return technician['jobs.fail']({ jobId, reason });
}

function untilErased(client: Client, jobId: JobId): Promise<Job> {
  const over = (job: Job) => job.place !== 'reset.erasing' && job.place !== 'reset.verifying';
  return new Promise((resolve, reject) => {
    const stop = client.on('job.changed', job => {
      if (job.id !== jobId || !over(job)) return;
      stop();
      resolve(job);
    });
    client['jobs.get']({ jobId }).then(job => {
      if (!over(job)) return;
      stop();
      resolve(job);
    }, reject);
  });
}

async function bypass({ technician, supervisor, supervisorProof }: People, jobId: JobId): Promise<JobId> {
  const evidence = await technician['evidence.add']({
    jobId,
    caption: 'Record of the drilled storage chip',
    contentBase64: destructionRecord,
  });
  const request = () =>
    technician['approvals.request']({
      jobId,
      reason: 'physically_destroyed',
      done: 'The storage chip was removed and drilled through.',
      evidenceIds: [evidence.id],
    });
  const decide = async (
    approvalId: Awaited<ReturnType<typeof request>>['id'],
    decision: 'approve' | 'deny',
    reason: string,
  ) => supervisor['approvals.decide']({ approvalId, decision, reason, ...(await supervisorProof()) });
  await decide((await request()).id, 'deny', 'The record does not name the chip. Write it again.');
  await decide((await request()).id, 'approve', 'Seen on the bench: the chip is destroyed.');
  return jobId;
}

async function finish({ technician, supervisor }: People, jobId: JobId): Promise<Job> {
  const { steps } = await technician['jobs.begin_functional']({ jobId });
  for (const { id: stepId } of steps.filter(step => step.mandatory))
    await technician['jobs.record_step']({ jobId, stepId, result: 'pass' });
  const { sampled } = await technician['jobs.finish_functional']({ jobId });
  if (sampled) {
    await supervisor['jobs.verify_sample']({
      jobId,
      passed: true,
      method: 'Searched the storage for user data: none found.',
    });
  }
  return supervisor['jobs.sign_off']({ jobId });
}
