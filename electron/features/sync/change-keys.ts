import type { Central } from '../../drivers/central/central.ts';
import type { Journal } from '../journal/journal.ts';
import { rawPublicKey } from '../journal/private-keys.ts';
import type { KeyPair, StationKeys } from '../journal/station-keys.ts';
import type { Settings } from '../station/settings.ts';
import { possessionProofs } from './possession.ts';

type Deps = { journal: Journal; settings: Settings; stationKeys: StationKeys; central(url: string): Central };

/**
 * Tells the server the keys by which it is to know the station from now on, signed with the log key that it knows. A
 * station that is not enrolled tells nobody. Rejects as `Central` does.
 */
export async function tellNewKeys(deps: Deps, next: KeyPair, signal: AbortSignal): Promise<void> {
  const { journal, settings, stationKeys } = deps;
  const url = settings.get('server-url');
  if (url === null) return;
  const server = deps.central(url);
  const previous = rawPublicKey(stationKeys.shown());
  const { vkey, sign } = journal.signing.confirmed();
  const head = ['keys/v1', settings.get('station-id') ?? '', vkey, previous];
  const proofs = possessionProofs({ head, sign, keys: next, escrowNote: await server.escrowKey(signal) });
  await server.changeKeys({ vkey, previous, ...proofs }, signal);
}

/**
 * A server that was restored from an older copy knows the station by the key before the present one. Once it has
 * everything again, and with it the log key that signs for the change, it is told the present one anew.
 */
export async function introduceAgain(deps: Deps, signal: AbortSignal): Promise<void> {
  const { stationKeys } = deps;
  const current = stationKeys.current();
  if (stationKeys.shown() === current.auth) return;
  await tellNewKeys(deps, current, signal);
  stationKeys.showCurrent();
}
