import type { StationCredentials } from './access.ts';
import { createCentralClient } from './central.http.ts';
import type { Central } from './central.ts';
import { createTokenAccess } from './tokens.http.ts';

/** The client that a bench uses: asks as this station, with tokens of the server at this address. */
export function openCentral(url: string, as: StationCredentials): Central {
  return createCentralClient(url, ask => createTokenAccess(as, ask), { pin: as.pin });
}
