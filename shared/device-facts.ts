import { z } from 'zod';
import { Instant } from './ids.ts';

/** Everything the bench asks a device about, in the order in which a screen shows it. */
export const FactName = z.enum([
  'manufacturer',
  'marketing_name',
  'model',
  'colour',
  'capacity_bytes',
  'revision',
  'build',
  'security_patch',
  'serial',
  'imei1',
  'imei2',
  'meid',
  'eid',
  'battery_level',
  'battery_health',
  'battery_capacity_percent',
  'battery_cycles',
  'encryption',
  'verified_boot',
  'bootloader_lock',
  'activation_lock',
  'frp_lock',
  'mdm',
  'screen_lock',
  'sim_lock',
  'accounts',
  'setup_state',
]);
export type FactName = z.infer<typeof FactName>;

/** Facts whose value names one unit: it stands among the identifiers, which are masked and sealed, and nowhere else. */
export const identifierFacts: readonly FactName[] = ['serial', 'imei1', 'imei2', 'meid', 'eid'];

/**
 * Why a value is not known: the protocol or the device has no such thing; the device refuses; it is locked; it did not
 * answer in time; it went away; it told something that is no such value; it was not asked.
 */
export const WhyUnknown = z.enum(['unsupported', 'denied', 'locked', 'timeout', 'gone', 'malformed', 'not_asked']);
export type WhyUnknown = z.infer<typeof WhyUnknown>;

/** A fact with where it comes from. `value` of an identifier is null here even when it is known. */
export const FactLine = z.object({
  name: FactName,
  known: z.boolean(),
  value: z.string().max(500).nullable(),
  why: WhyUnknown.nullable(),
  /** Command or property that told it. */
  source: z.string().max(200).nullable(),
  /** When the device told it. */
  at: Instant.nullable(),
});
export type FactLine = z.infer<typeof FactLine>;

/** A fact on the screen, with the text it was read from; null for identifiers. */
export const ShownFactLine = FactLine.extend({ raw: z.string().max(500).nullable() });
export type ShownFactLine = z.infer<typeof ShownFactLine>;
