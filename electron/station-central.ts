import type { Central } from './drivers/central/central.ts';
import type { Drivers, StationParts } from './station-parts.ts';

/**
 * Clients that ask as this station; the newest is kept, and with it its token. The server's certificate must have the
 * key that was entered at enrolment, unless another is given.
 */
export function createStationCentral(
  { central, clock }: Pick<Drivers, 'central' | 'clock'>,
  { settings, authKey }: Pick<StationParts, 'settings' | 'authKey'>,
): (url: string, pin?: string | null) => Central {
  let kept: { url: string; pin: string | null; client: Central } | null = null;
  return (url, pin = settings.get('server-pin')) => {
    if (kept?.url === url && kept.pin === pin) return kept.client;
    const client = central(url, {
      stationId: () => settings.get('station-id') ?? '',
      audience: () => settings.get('fleet-vkey'),
      authKey,
      pin,
      now: clock.now,
    });
    kept = { url, pin, client };
    return client;
  };
}
