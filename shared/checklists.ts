import { z } from 'zod';
import { Instant, Sha256Hex } from './ids.ts';
import type { MethodSpecs } from './method.ts';

/** Stable name of a test. It never gets another meaning: a retired one is not used again for anything else. */
export const StepId = z.string().regex(/^[a-z][a-z0-9_]{1,39}$/);
export type StepId = z.infer<typeof StepId>;

export const DeviceType = z.enum(['phone', 'tablet']);
export type DeviceType = z.infer<typeof DeviceType>;

/** A decimal number as text: the journal keeps no fractions otherwise. */
const Decimal = z.string().regex(/^-?\d{1,9}(\.\d{1,6})?$/);

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
  /** The diagnostic of the tool whose result counts for this step; null where somebody looks for themselves. */
  diagnostic: z
    .string()
    .regex(/^[a-z][a-z0-9_]{1,39}$/)
    .nullable(),
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

const manual = (id: StepId, label: string, mandatory: boolean): Step => ({
  id,
  label,
  mandatory,
  diagnostic: null,
  limit: null,
});

/** Version 1 of every list: what a bench tests before anybody publishes another. */
export const builtInSteps: readonly Step[] = [
  manual('display', 'Display', true),
  manual('touch', 'Touch', true),
  manual('buttons', 'Buttons', true),
  manual('cameras', 'Cameras', true),
  manual('speaker_microphone', 'Speaker and microphone', true),
  manual('charging', 'Charging', true),
  manual('wifi_bluetooth', 'Wi-Fi and Bluetooth', true),
  manual('cellular', 'Cellular', false),
];

export const ChecklistInForce = Checklist.extend({
  /** Null for the list that came with the bench. */
  publishedAt: Instant.nullable(),
});
export type ChecklistInForce = z.infer<typeof ChecklistInForce>;

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
};
