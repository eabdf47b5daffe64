import { z } from 'zod';

/** One device on the bus, with every field copied while it was there. */
export const BusDevice = z.object({
  /** Bus and ports: '1-1.3', as Linux and adb call the connector. */
  portPath: z.string().regex(/^\d+-\d+(\.\d+)*$/),
  /** Another with each attach. */
  address: z.int(),
  vid: z.int(),
  pid: z.int(),
});
export type BusDevice = z.infer<typeof BusDevice>;

/** What the process that watches the bus tells: all of it each time, or why it cannot. */
export const BusReport = z.union([
  z.object({ devices: z.array(BusDevice).max(1_000) }),
  z.object({ trouble: z.string().max(300) }),
]);
export type BusReport = z.infer<typeof BusReport>;

/** Longest report, in bytes. */
export const maxReportBytes = 256 * 1024;
