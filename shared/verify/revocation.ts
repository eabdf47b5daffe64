import { fleetLeaves, openFleetEntry } from './fleet.ts';
import type { TrustPolicy } from './proof-bundle.ts';
import type { Steps } from './steps.ts';

/**
 * From which size on the fleet log disowned the station; null while it did not, as far as the file shows. `fleetSize` is
 * the fleet log's size when the enrolment was proven.
 */
export function checkRevocation(policy: TrustPolicy, origin: string, fleetSize: number, steps: Steps): number | null {
  const { fleet, fleetVkey } = policy;
  if (!fleet?.revoked) {
    steps.skip(
      'revocation',
      `This file holds no revocation of the station. One after entry ${fleetSize} of the fleet log, or one left out of the file, cannot be seen from here: ask whoever runs the server.`,
    );
    return null;
  }
  const { leaf, fault } = openFleetEntry(fleet.revoked, fleetVkey ?? '', fleetLeaves.revoked);
  if (!leaf || leaf.data.origin !== origin) {
    steps.fail('revocation', `The entry about a revocation does not hold: ${fault ?? 'it is about another station'}.`);
    return null;
  }
  const { size } = leaf.data;
  steps.warn(
    'revocation',
    `Entry ${leaf.index} of the fleet log revokes the station at ${size} entries: what the server confirmed before stays valid, nothing after it does.`,
  );
  return size;
}
