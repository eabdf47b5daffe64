import type { Central } from './drivers/central/central.ts';
import type { Drivers, StationParts } from './station-parts.ts';

/** Clients that ask as this station; the newest is kept, and with it its token. */
export function createStationCentral(
  { central, clock }: Pick<Drivers, 'central' | 'clock'>,
  { settings, authKey }: Pick<StationParts, 'settings' | 'authKey'>,
): (url: string) => Central {
  let kept: { url: string; client: Central } | null = null;
  return url => {
    if (kept?.url === url) return kept.client;
    const client = central(url, {
      stationId: () => settings.get('station-id') ?? '',
      audience: () => settings.get('fleet-vkey'),
      authKey,
      now: clock.now,
    });
    kept = { url, client };
    return client;
  };
}
