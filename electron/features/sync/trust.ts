import { FleetEvidence } from '../../../shared/verify/proof-bundle.ts';
import type { Trust } from '../journal/policy.ts';
import type { Settings } from '../station/settings.ts';

/** How an outsider gets from the one pinned string to this station's key; nulls before enrolment. */
export function trustOf(settings: Settings): Trust {
  const proof = settings.get('fleet-proof');
  return {
    witnessVkey: settings.get('witness-vkey'),
    fleetVkey: settings.get('fleet-vkey'),
    fleet: proof === null ? null : FleetEvidence.nullable().parse(JSON.parse(proof)),
  };
}
