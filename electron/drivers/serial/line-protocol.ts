import { z } from 'zod';

/** What the bench and the process that holds one serial line say to each other. Text is one character for each byte. */

/** Longest line of a device that is kept, in bytes. */
export const maxDeviceLineBytes = 8 * 1024;
/** Longest message either way: a device line with every byte escaped, and some room. */
export const maxMessageBytes = 64 * 1024;

export const LineRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), path: z.string().min(1), baudRate: z.int().positive() }),
  z.object({ type: z.literal('write'), text: z.string().max(1024) }),
  /** Answered by `drained` once everything written before has left this computer. */
  z.object({ type: z.literal('drain') }),
]);
export type LineRequest = z.infer<typeof LineRequest>;

export const LineEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('opened') }),
  z.object({ type: z.literal('drained') }),
  z.object({ type: z.literal('refused'), why: z.enum(['missing', 'busy', 'denied', 'other']), words: z.string() }),
  z.object({ type: z.literal('line'), text: z.string().max(maxDeviceLineBytes) }),
  /** A line over the cap was dropped. */
  z.object({ type: z.literal('too_long') }),
  z.object({ type: z.literal('hung_up') }),
]);
export type LineEvent = z.infer<typeof LineEvent>;
