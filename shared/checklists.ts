import { z } from 'zod';
import { DiagnosticTest } from './diagnostics.ts';
import { Instant, Sha256Hex } from './ids.ts';
import type { MethodSpecs } from './method.ts';

/** Stable name of a test. It never gets another meaning: a retired one is not used again for anything else. */
export const StepId = z.string().regex(/^[a-z][a-z0-9_]{1,39}$/);
export type StepId = z.infer<typeof StepId>;

export const DeviceType = z.enum(['phone', 'tablet']);
export type DeviceType = z.infer<typeof DeviceType>;

/** A decimal number as text: the journal keeps no fractions otherwise. */
const Decimal = z.string().regex(/^-?\d{1,9}(\.\d{1,6})?$/, 'a plain number is wanted, such as 80 or 3.7');

/** What a measurement has to lie within, ends included; at least one end. */
export const Limit = z
  .object({ unit: z.string().trim().min(1).max(16), min: Decimal.nullable(), max: Decimal.nullable() })
  .refine(({ min, max }) => min !== null || max !== null, 'a lower or an upper end')
  .refine(({ min, max }) => min === null || max === null || Number(min) <= Number(max), 'the lower end first');
export type Limit = z.infer<typeof Limit>;

export const Step = z.object({
  id: StepId,
  /** As operators and customers read it; readable for ever by everybody, so never about a person. */
  label: z.string().trim().min(2).max(60),
  /** Needs a result before the functional test can end. */
  mandatory: z.boolean(),
  /** Tests of the tool that decide this step where they were made, all of them; none where somebody has to look. */
  diagnostics: z.array(DiagnosticTest).max(8),
  /** A pass needs a measurement within it; null where none is taken. */
  limit: Limit.nullable(),
});
export type Step = z.infer<typeof Step>;

export const maxSteps = 80;

/** A published list: what a job keeps from the beginning of its functional test to its end. */
export const Checklist = z.object({
  type: DeviceType,
  version: z.int().min(1),
  /** Of the canonical JSON of type, version and steps. */
  sha256: Sha256Hex,
  steps: z.array(Step).min(1).max(maxSteps),
});
export type Checklist = z.infer<typeof Checklist>;

const step = (id: StepId, label: string, diagnostics: DiagnosticTest[], mandatory = true): Step => ({
  id,
  label,
  mandatory,
  diagnostics,
  limit: null,
});

/** Version 1 of every list: what a bench tests before anybody publishes another. */
export const builtInSteps: readonly Step[] = [
  step('display', 'Display', ['display_pixels']),
  step('touch', 'Touch', ['display_touch']),
  step('buttons', 'Buttons', ['buttons_volume', 'button_power']),
  step('cameras', 'Cameras', ['camera_front', 'camera_rear']),
  step('speaker_microphone', 'Speaker and microphone', ['speaker', 'microphone']),
  step('charging', 'Charging', ['charging']),
  step('wifi_bluetooth', 'Wi-Fi and Bluetooth', ['wifi', 'bluetooth']),
  step('cellular', 'Cellular', ['cellular'], false),
];

export const ChecklistInForce = Checklist.extend({
  /** Null for the list that came with the bench. */
  publishedAt: Instant.nullable(),
});
export type ChecklistInForce = z.infer<typeof ChecklistInForce>;

/** The lists that benches of one site published, as they travel with its directory. */
export const SiteChecklists = z.object({
  /** In force, by type; none for a type whose list is the one that came with the bench. */
  lists: z.partialRecord(DeviceType, ChecklistInForce),
  /** What every step that was ever published is called. */
  names: z.record(StepId, z.string()),
});
export type SiteChecklists = z.infer<typeof SiteChecklists>;

export const checklistMethods = {
  /** The list of each type that the next functional test takes. */
  'checklists.get': { input: z.undefined(), output: z.array(ChecklistInForce), access: 'bench.read' },
  /**
   * Publishes the next version; jobs under test keep theirs. `basedOn`: the version that was edited; `conflict` when
   * there is a newer one.
   */
  'checklists.publish': {
    input: z.object({ type: DeviceType, basedOn: z.int(), steps: z.array(Step).min(1).max(maxSteps) }),
    output: ChecklistInForce,
    access: 'station.manage',
    stepUp: true,
  },
} as const satisfies MethodSpecs;

export const checklistEntries = {
  'checklist.published': { data: Checklist },
  /** Published at another bench of the site. */
  'checklist.adopted': { data: Checklist },
};
