import type { Identifiers } from '../../../shared/devices.ts';
import type { DeviceId } from '../../../shared/ids.ts';
import { type Subjects, subjectOf } from '../journal/subjects.ts';
import { compareIdentity } from './job.guards.ts';
import type { IdentityTags } from './job.types.ts';

/** Tags of identifiers under the key of one device's subject; throws `not_found` when it was forgotten. */
export function tagIdentity(subjects: Subjects, device: DeviceId, ids: Identifiers): IdentityTags {
  const tag = (kind: string, values: (string | null)[]) =>
    values.flatMap(value => (value === null ? [] : [subjects.tag(subjectOf(device), `${kind}\n${value}`)]));
  return {
    serial: tag('serial', [ids.serial]),
    imei: tag('imei', ids.imei),
    meid: tag('meid', [ids.meid]),
    eid: tag('eid', [ids.eid]),
  };
}

/** Whether a scanned label names one of the identifiers; spaces and dashes on labels do not count. */
export function labelMatches(label: string, ids: Identifiers): boolean {
  const bare = (text: string) => text.replace(/[\s-]/g, '').toUpperCase();
  return [ids.serial, ...ids.imei, ids.meid, ids.eid].some(value => value !== null && bare(value) === bare(label));
}

/**
 * What the machine is told was read after an erase: the device's own answer, else what the tool read of a device that is
 * on the cable. What the tool says of one that never came back may be from before the erase and counts for nothing; but
 * a tool that names another device wins over both, so that a foreign result can never pass.
 */
export function identityAfterErase(
  expected: IdentityTags,
  device: IdentityTags | null,
  tool: IdentityTags,
  onCable: boolean,
): IdentityTags | null {
  if (compareIdentity(expected, tool) === 'other') return tool;
  if (compareIdentity(expected, device) !== 'unreadable') return device;
  return onCable && compareIdentity(expected, tool) === 'same' ? tool : null;
}
