import { createHash } from 'node:crypto';
import type { Database } from '../../database/database.ts';
import type { Central } from '../../drivers/central/central.ts';
import type { Journal } from '../journal/journal.ts';
import type { StationKeys } from '../journal/station-keys.ts';
import type { Settings } from '../station/settings.ts';
import { possessionProofs } from './possession.ts';

type Deps = {
  database: Database;
  journal: Journal;
  settings: Settings;
  stationKeys: StationKeys;
  central(url: string, pin?: string | null): Central;
};

/** Takes the station in at a server: proves that it holds its keys, and keeps whom to trust from then on. */
export async function enrolStation(
  { database, journal, settings, stationKeys, central }: Deps,
  { serverUrl, code, pin, signal }: { serverUrl: string; code: string; pin: string | null; signal: AbortSignal },
): Promise<void> {
  const server = central(serverUrl, pin);
  const stationId = settings.get('station-id') ?? '';
  const prefix = settings.get('prefix') ?? '';
  const { origin } = journal;
  const { vkey, sign } = journal.signing.first();
  const proofs = possessionProofs({
    head: ['enrol/v1', code, stationId, vkey],
    sign,
    keys: stationKeys.current(),
    escrowNote: await server.escrowKey(signal),
  });
  const { witnessVkey, fleetVkey } = await server.enrol({ code, prefix, stationId, vkey, ...proofs }, signal);
  const fleet = await server.fleetProof(createHash('sha256').update(origin).digest('hex'), signal);
  database.write(tx => {
    settings.set(tx, 'server-url', serverUrl);
    if (pin !== null) settings.set(tx, 'server-pin', pin);
    settings.set(tx, 'witness-vkey', witnessVkey);
    settings.set(tx, 'fleet-vkey', fleetVkey);
    settings.set(tx, 'fleet-proof', JSON.stringify(fleet));
    settings.set(tx, 'log-enrolled', '1');
    journal.append(tx, { type: 'sync.enrolled', data: { origin, serverUrl, witnessVkey, fleetVkey } });
  });
}
