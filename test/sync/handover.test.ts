import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Job } from '../../shared/jobs.ts';
import { openJob } from '../support/job-steps.ts';
import { type Bench, type Fleet, startFleet } from './fleet.ts';

let fleet: Fleet;
beforeEach(async () => {
  fleet = await startFleet();
});
afterEach(() => fleet.close());

async function take({ station, people }: Bench, content: string): Promise<Job> {
  let settled = false;
  const taking = people.supervisor['handover.take']({ content }).finally(() => {
    settled = true;
  });
  taking.catch(() => {});
  while (!settled) await station.clock.advance(50);
  return taking;
}

test('stations of one server know each other by its fleet log, and by nothing less', async () => {
  const { a, b, server } = fleet;
  const job = await openJob(a.station, a.people.technician);
  const early = await a.people.supervisor['handover.give']({ jobId: job.id });
  await a.enrol(server);
  const { content } = await a.people.supervisor['handover.save']({ jobId: job.id });
  b.station.virtual.plug({ identifiers: job.identifiers });
  await b.station.clock.advance(2_000);
  await expect(take(b, content)).rejects.toThrow('does not know the station');
  await b.enrol(server);
  await expect(take(b, early.content)).rejects.toThrow('does not know the station');
  const { site: _, ...rest } = JSON.parse(content);
  const bundle = JSON.parse(rest.payload);
  const unproven = { ...bundle, policy: { ...bundle.policy, fleet: null } };
  const left = { ...bundle, entries: bundle.entries.slice(1) };
  for (const changed of [unproven, left]) {
    const file = { ...rest, site: null, payload: JSON.stringify(changed) };
    await expect(take(b, JSON.stringify(file))).rejects.toMatchObject({ code: 'bad_input' });
  }
  const taken = await take(b, content);
  expect(taken).toMatchObject({ place: 'reset.awaiting_start', identifiers: job.identifiers });
  const { taken: from } = await b.people.technician['handover.of_job']({ jobId: taken.id });
  expect(from?.origin).toContain(a.stationId);
});
