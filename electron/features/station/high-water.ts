import { z } from 'zod';
import type { Keystore } from '../../drivers/keystore/keystore.ts';

const Marks = z.object({ ticket: z.int(), report: z.int(), logSize: z.int(), logRoot: z.string() });
export type Marks = z.infer<typeof Marks>;

const none: Marks = { ticket: 0, report: 0, logSize: 0, logRoot: '' };

/**
 * How far this station ever got, kept in the keystore and so outside any copy of the database: a restored database
 * gives no ticket and no report number twice, and its shorter journal is noticed.
 */
export async function openHighWater(keystore: Keystore) {
  const text = await keystore.get('high-water');
  let marks = text === null ? none : Marks.parse(JSON.parse(text));
  let writing: Promise<void> = Promise.resolve();

  return {
    marks: () => marks,
    /** Resolves when the raised marks are stored; marks never go down. */
    raise(change: Partial<Marks>): Promise<void> {
      marks = {
        ticket: Math.max(marks.ticket, change.ticket ?? 0),
        report: Math.max(marks.report, change.report ?? 0),
        ...((change.logSize ?? 0) >= marks.logSize
          ? { logSize: change.logSize ?? marks.logSize, logRoot: change.logRoot ?? marks.logRoot }
          : { logSize: marks.logSize, logRoot: marks.logRoot }),
      };
      const value = JSON.stringify(marks);
      writing = writing.catch(() => {}).then(() => keystore.set('high-water', value));
      return writing;
    },
  };
}

export type HighWater = Awaited<ReturnType<typeof openHighWater>>;
