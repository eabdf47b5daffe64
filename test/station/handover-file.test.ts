import { afterEach, expect, test } from 'vitest';
import { readSiteKeys } from '../../electron/features/directory/site-keys.ts';
import { erase, openJob } from '../support/job-steps.ts';
import type { TestStation } from '../support/start-station.ts';
import { carry, joinSite, signIn, take, twoStations } from '../support/two-stations.ts';

let running: TestStation[] = [];
afterEach(async () => {
  for (const bench of running) await bench.close();
  running = [];
});

async function start(options: Parameters<typeof twoStations>[0] = {}) {
  const stations = await twoStations(options);
  running = [stations.a.bench, stations.b.bench];
  return stations;
}

test('nothing of a training bench comes to a real one, nor the other way round', async () => {
  const { a, b } = await start({ second: { config: { training: true } } });
  const real = await openJob(a.bench, a.technician);
  const file = await a.supervisor['handover.give']({ jobId: real.id });
  await carry(a, b, real);
  await expect(take(b, file)).rejects.toThrow('in training mode');
  const trained = await openJob(b.bench, b.technician);
  const back = await b.supervisor['handover.give']({ jobId: trained.id });
  await carry(b, a, trained);
  await expect(take(a, back)).rejects.toThrow('in training mode');
});

test('a station that nobody here knows is refused until both are of one site', async () => {
  const { a, b } = await start({ joined: false });
  const job = await openJob(a.bench, a.technician);
  const file = await a.supervisor['handover.give']({ jobId: job.id });
  await carry(a, b, job);
  await expect(take(b, file)).rejects.toMatchObject({
    code: 'state_refused',
    message: expect.stringContaining('join one site'),
  });
  await joinSite(a, b);
  const joined = await signIn(b.bench);
  await expect(take(joined, file)).rejects.toThrow('saved again');
  expect(await take(joined, await a.supervisor['handover.save']({ jobId: job.id }))).toMatchObject({
    place: 'reset.awaiting_start',
  });
});

test('a file that was changed anywhere takes nothing over', async () => {
  const { a, b, keystore } = await start();
  const job = await erase(a.bench, a.technician, await openJob(a.bench, a.technician, 'fails'));
  const { content } = await a.supervisor['handover.give']({ jobId: job.id });
  const other = await openJob(a.bench, a.technician);
  const others = JSON.parse((await a.supervisor['handover.give']({ jobId: other.id })).content);
  await carry(a, b, job);

  const file = JSON.parse(content);
  const inPayload = (change: (bundle: ReturnType<typeof JSON.parse>) => void) => {
    const bundle = JSON.parse(file.payload);
    change(bundle);
    return { ...file, payload: JSON.stringify(bundle) };
  };
  const site = await readSiteKeys(keystore);
  /** As whoever holds the key of the site would do it: only the proofs are left to find it. */
  const signedAnew = (changed: { payload: string }) => {
    const { logVkey } = JSON.parse(changed.payload).policy;
    return { ...changed, site: { ...file.site, note: site?.vouchFor({ logVkey, payload: changed.payload }) } };
  };
  const changed = {
    'the payload of another file': { ...file, payload: others.payload },
    'the signature of another file': { ...file, site: others.site },
    'another site': { ...file, site: { ...file.site, site: '6f1c3f1e-8f0e-4c7e-9d57-3a4c6e1f0a2b' } },
    'no signature of the site': { ...file, site: null },
    'another kind': { ...file, kind: 'veriqko-directory' },
    'something more': { ...file, more: true },
  };
  const inside = {
    'an entry left out': inPayload(bundle => bundle.entries.splice(3, 1)),
    'an entry altered': inPayload(bundle => {
      const text = Buffer.from(bundle.entries[4].bytes, 'base64')
        .toString()
        .replace('"success":false', '"success":true ');
      bundle.entries[4].bytes = Buffer.from(text).toString('base64');
    }),
    'a place altered': inPayload(bundle => {
      bundle.entries[2].index += 1;
    }),
    'a proof altered': inPayload(bundle => bundle.entries[1].proof.reverse()),
    'a disclosure left out': inPayload(bundle => {
      bundle.disclosures = [];
    }),
    'the key altered': inPayload(bundle => {
      bundle.policy.logVkey = JSON.parse(others.payload).policy.logVkey.replace('+', '1+');
    }),
    'a checkpoint altered': inPayload(bundle => {
      bundle.checkpoint = bundle.checkpoint.replace(
        /\n(\d+)\n/,
        (_: string, size: string) => `\n${Number(size) + 1}\n`,
      );
    }),
  };
  const code = expect.stringMatching(/bad_input|state_refused/);
  for (const [what, instead] of Object.entries({ ...changed, ...inside }))
    await expect(take(b, { content: JSON.stringify(instead) }), what).rejects.toMatchObject({ code });
  for (const [what, instead] of Object.entries(inside))
    await expect(take(b, { content: JSON.stringify(signedAnew(instead)) }), what).rejects.toMatchObject({
      code: 'bad_input',
    });
  for (const text of ['', '{', 'null', content.slice(0, -40)])
    await expect(b.supervisor['handover.take']({ content: text })).rejects.toMatchObject({ code: 'bad_input' });
  expect(await b.technician['jobs.list']({ open: true })).toEqual([]);
  expect(await take(b, { content })).toMatchObject({ place: 'reset.awaiting_start' });
});
