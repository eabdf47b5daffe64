import { z } from 'zod';
import type { MethodSpecs } from './method.ts';

/** Faults that a virtual device can be given. */
export const VirtualFault = z.enum(['silent', 'slow', 'lost', 'fails', 'wrong_identity', 'does_nothing']);
export type VirtualFault = z.infer<typeof VirtualFault>;

export const trainingMethods = {
  /** Plugs a virtual device in. Refused outside training mode. */
  'training.plug_in': {
    input: z.object({ fault: VirtualFault.optional() }),
    output: z.object({ portPath: z.string() }),
    access: 'job.work',
  },
  /** Puts an unplugged device back on its connector; one that was lost in an erase behaves from then on. */
  'training.replug': { input: z.object({ portPath: z.string() }), output: z.null(), access: 'job.work' },
  'training.unplug': { input: z.object({ portPath: z.string() }), output: z.null(), access: 'job.work' },
} as const satisfies MethodSpecs;
