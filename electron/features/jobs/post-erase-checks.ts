import type { PostEraseCheck } from '../../../shared/jobs.ts';
import type { IdentityRead } from '../../drivers/devices/adapter.ts';
import { compareIdentity } from './job.guards.ts';
import type { IdentityTags } from './job.types.ts';

type Outcome = PostEraseCheck['outcome'];

export type CheckInput = {
  /** What the device said after the erase; null when it could not be read. */
  read: IdentityRead | null;
  expected: IdentityTags;
  tags: IdentityTags | null;
  elapsedMs: number;
  plausibleMs: number;
  certificate: boolean;
};

/** What can be said about an erase that the tool calls a success. A check that cannot be made is named, not assumed. */
export function postEraseChecks(input: CheckInput): PostEraseCheck[] {
  const { read } = input;
  const identity = compareIdentity(input.expected, input.tags);
  const setup = read?.setupState;
  const accounts = read?.accounts;
  const checks: PostEraseCheck[] = [
    { name: 'identity', outcome: identity === 'same' ? 'pass' : identity === 'other' ? 'fail' : 'not_possible' },
    { name: 'setup_state', outcome: setup?.ok ? judge(setup.value === 'setup') : 'not_possible' },
    { name: 'accounts', outcome: accounts?.ok ? judge(accounts.value === 0) : 'not_possible' },
    { name: 'duration', outcome: judge(input.elapsedMs >= input.plausibleMs) },
    { name: 'raw_result', outcome: 'pass' },
  ];
  return input.certificate ? [...checks, { name: 'certificate', outcome: 'pass' }] : checks;
}

function judge(good: boolean): Outcome {
  return good ? 'pass' : 'fail';
}
