import type { KeyObject } from 'node:crypto';
import type { Central } from './drivers/central/central.ts';
import type { Drivers, StationParts } from './station-parts.ts';

/**
 * Clients that ask as this station; the newest is kept, and with it its token. The server's certificate must have the
 * key that was entered at enrolment, unless another is given.
 */
export function createStationCentral(
  { central, clock }: Pick<Drivers, 'central' | 'clock'>,
  { settings, stationKeys }: Pick<StationParts, 'settings' | 'stationKeys'>,
): (url: string, pin?: string | null) => Central {
  let kept: { url: string; pin: string | null; authKey: KeyObject; client: Central } | null = null;
  return (url, pin = settings.get('server-pin')) => {
    const authKey = stationKeys.shown();
    if (kept?.url === url && kept.pin === pin && kept.authKey === authKey) return kept.client;
    const client = central(url, {
      stationId: () => settings.get('station-id') ?? '',
      audience: () => settings.get('fleet-vkey'),
      authKey,
      pin,
      now: clock.now,
    });
    kept = { url, pin, authKey, client };
    return client;
  };
}
