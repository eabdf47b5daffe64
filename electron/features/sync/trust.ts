import { z } from 'zod';
import type { TrustPolicy } from '../../../shared/verify/proof-bundle.ts';
import type { Settings } from '../station/settings.ts';

const FleetProof = z.object({ entry: z.string(), proof: z.string() });

/** How an outsider gets from the one pinned string to this station's key; nulls before enrolment. */
export function trustOf(settings: Settings): Omit<TrustPolicy, 'logVkey'> {
  const proof = settings.get('fleet-proof');
  return {
    witnessVkey: settings.get('witness-vkey'),
    fleetVkey: settings.get('fleet-vkey'),
    fleet: proof === null ? null : FleetProof.parse(JSON.parse(proof)),
  };
}
