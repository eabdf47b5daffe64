import { z } from 'zod';
import { Identifiers } from './devices.ts';
import { Instant, Sha256Hex } from './ids.ts';

/** Tests of a device's hardware by stable id. A tool's own test names never stand here and are never compared. */
export const DiagnosticTest = z.enum([
  'display_touch',
  'display_pixels',
  'buttons_volume',
  'button_power',
  'camera_front',
  'camera_rear',
  'speaker',
  'microphone',
  'earpiece',
  'vibration',
  'wifi',
  'bluetooth',
  'cellular',
  'gps',
  'nfc',
  'charging',
  'battery_health',
  'battery_cycles',
  'proximity',
  'accelerometer',
  'biometric',
]);
export type DiagnosticTest = z.infer<typeof DiagnosticTest>;

/** `not_possible`: the test could not be made; says nothing about the hardware. */
export const DiagnosticOutcome = z.enum(['pass', 'fail', 'not_possible']);
export type DiagnosticOutcome = z.infer<typeof DiagnosticOutcome>;

/** A number that a test measured, in plain decimal digits as every document prints it, with its unit. */
export const Measurement = z.object({
  value: z.number().refine(value => /^-?\d{1,20}(\.\d{1,20})?$/.test(String(value)), 'a plain decimal number'),
  unit: z.string().min(1).max(16),
});
export type Measurement = z.infer<typeof Measurement>;

/** The unit of each test that measures; a value in any other unit is not the measurement of that test. */
export const measuredIn: Readonly<Partial<Record<DiagnosticTest, string>>> = {
  battery_health: '%',
  battery_cycles: 'cycles',
};

export const DiagnosticResult = z.object({
  test: DiagnosticTest,
  outcome: DiagnosticOutcome,
  measurement: Measurement.nullable(),
});
export type DiagnosticResult = z.infer<typeof DiagnosticResult>;

/** Questions about a device that a check answers: a lock code, a SIM card in it, Find My switched on, rooted or jailbroken. */
export const DeviceCheck = z.enum(['lock_code', 'sim_card', 'find_my', 'rooted']);
export type DeviceCheck = z.infer<typeof DeviceCheck>;

/** `unknown` is never taken for `no`. */
export const CheckAnswer = z.enum(['yes', 'no', 'unknown']);
export type CheckAnswer = z.infer<typeof CheckAnswer>;

/** What the journal keeps of everything that the tool told about a device, whatever it was asked. */
export const ToldByTool = z.object({
  tool: z.string(),
  toolVersion: z.string(),
  operationId: z.string(),
  startedAt: Instant,
  endedAt: Instant,
  /** SHA-256 of the encrypted raw result. */
  rawSha256: Sha256Hex,
});
export const toldByToolPii = { report: z.object({ identifiers: Identifiers }) };

export const diagnosisEntries = {
  /** The tool tested the hardware; what that decides of the check-list are steps of their own. */
  'job.diagnosed': {
    data: ToldByTool.extend({ passed: z.int(), failed: z.int(), notPossible: z.int() }),
    pii: toldByToolPii,
  },
};
