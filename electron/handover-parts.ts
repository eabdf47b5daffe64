import { BenchError } from '../shared/errors.ts';
import type { Keystore } from './drivers/keystore/keystore.ts';
import type { Devices } from './features/devices/devices.ts';
import { readSiteKeys } from './features/directory/site-keys.ts';
import { createHandover, type HandoverDeps } from './features/handover/handover.ts';
import { handoverMoves } from './features/jobs/handover-moves.ts';
import type { Jobs } from './features/jobs/jobs.ts';
import { assertInPresentLog, proofBundle } from './features/reports/proof-bundle.ts';
import { trustOf } from './features/sync/trust.ts';

export type HandoverParts = Pick<
  HandoverDeps,
  'database' | 'journal' | 'subjects' | 'settings' | 'blobs' | 'random' | 'isHeld' | 'training'
> & {
  keystore: Keystore;
  jobs: Jobs;
  devices: Pick<Devices, 'ready' | 'readAgain' | 'identityOf'>;
};

/** Jobs that go to other stations and come from them. */
export function createHandoverParts(deps: HandoverParts) {
  const { journal, subjects, settings, keystore } = deps;
  const trust = () => trustOf(settings);
  return createHandover({
    ...deps,
    moves: handoverMoves(deps.jobs),
    proofs: (indexes, mayOpen) => proofBundle({ journal, subjects, trust: trust() }, indexes, mayOpen),
    assertProvable: indexes => assertInPresentLog(journal, indexes),
    deviceFor: fits => readAgain(deps.devices, fits),
    async vouch(about) {
      const keys = await readSiteKeys(keystore);
      return keys && { site: keys.site, note: keys.vouchFor(about) };
    },
    async known() {
      const keys = await readSiteKeys(keystore);
      return {
        site: keys && { site: keys.site, vkey: keys.vkey },
        fleetVkey: trust().fleetVkey,
        logVkey: journal.vkey,
        training: deps.training,
      };
    },
  });
}

async function readAgain(devices: HandoverParts['devices'], fits: Parameters<HandoverDeps['deviceFor']>[0]) {
  const [found, ...others] = devices.ready().filter(({ identifiers }) => fits(identifiers));
  if (!found)
    throw new BenchError(
      'device_lost',
      'The device of this file is not ready at this bench. Plug it in, wait until it was read, and try again.',
    );
  if (others.length > 0)
    throw new BenchError('conflict', 'Two devices on the cables say that they are this one. Unplug one of them.');
  const id = await devices.readAgain(found.id);
  if (!fits(devices.identityOf(id).identifiers))
    throw new BenchError('identity_mismatch', 'The device says another identity now than a moment ago. Try again.');
  return id;
}
