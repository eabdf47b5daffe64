import type { Fact } from '../devices/adapter.ts';
import { told, unknown } from '../devices/told.ts';
import type { Answer } from './batch.ts';
import { factOf } from './told.ts';

/** Only the lines that count: the rest names accounts and their owners, which the bench has no business to hear. */
const sources = {
  policy: 'dumpsys device_policy',
  accounts: 'dumpsys account',
} as const;

export const ownerCommands: readonly string[] = [
  `${sources.policy} 2>&1 | grep -iE "current device policy|device owner|profile owner|can.t find|denial" || :`,
  `${sources.accounts} 2>&1 | grep -iE "^ *accounts: *[0-9]+|can.t find|denial" || :`,
];

/** Facts out of the answers to `ownerCommands`. */
export function ownerFacts(answers: readonly Answer[], at: number) {
  const [policy, accounts] = answers;
  return {
    accounts: factOf(accounts, output => countAccounts(output, at)),
    facts: {
      mdm: factOf(policy, output => management(output, at)),
      // No command tells these; silence about a lock is never taken for its absence.
      frp_lock: unknown('unsupported'),
      activation_lock: unknown('unsupported'),
      screen_lock: unknown('unsupported'),
      sim_lock: unknown('unsupported'),
    },
  };
}

/** The sum over all users of the device; without a count there is no answer. */
function countAccounts(output: string, at: number): Fact<number> | null {
  const counts = [...output.matchAll(/^ *accounts: *(\d+)/gim)].map(([, count]) => Number(count));
  if (counts.length === 0) return null;
  const sum = counts.reduce((total, count) => total + count, 0);
  return told(sum, sources.accounts, counts.map(count => `Accounts: ${count}`).join(', '), at);
}

function management(output: string, at: number): Fact<string> | null {
  const tell = (value: string, raw: string) => told(value, sources.policy, raw, at);
  if (/^ *device owner *:(?! *null)/im.test(output)) return tell('managed device', 'Device Owner');
  if (/^ *profile owner/im.test(output)) return tell('managed profile', 'Profile Owner');
  return /current device policy/i.test(output) ? tell('no owner found', 'no Device Owner, no Profile Owner') : null;
}
