import { BenchError } from '../../../shared/errors.ts';
import type { Clock } from '../clock/clock.ts';
import type { DeviceSession } from '../devices/adapter.ts';
import { createAtEngine } from './at-engine.ts';
import { readIdentity } from './at-identity.ts';
import type { Line, LineOptions } from './line.ts';

const lost = () => new BenchError('device_lost', 'The device went away. Plug it in again.');

/** Talks to whatever is on one serial line. `lose` ends it from outside when the device is seen to be gone. */
export async function openSerialSession(options: {
  epoch: string;
  clock: Clock;
  /** Result codes that an earlier session left unanswered. */
  owed: number;
  openLine(events: Pick<LineOptions, 'onLine' | 'onGone'>): Promise<Line>;
  /** The line is lost: this epoch is over. */
  onGone(why: string): void;
  /** The session ended, by close or by loss; `owed` as above, for the next one. */
  onEnd(owed: number): void;
}): Promise<{ session: DeviceSession; lose(): void }> {
  const { epoch, clock } = options;
  const gone = Promise.withResolvers<string>();
  let over = false;
  let line: Line | null = null;
  let asking: Promise<unknown> = Promise.resolve();

  const engine = createAtEngine({ clock, owed: options.owed, write: text => line?.write(text) });
  const end = (reason: BenchError) => {
    if (over) return false;
    over = true;
    engine.end(reason);
    options.onEnd(engine.owed());
    return true;
  };
  const goneBy = (why: string) => {
    if (!end(lost())) return;
    gone.resolve(why);
    options.onGone(why);
  };
  const open = () => options.openLine({ onLine: engine.receive, onGone: goneBy });
  const reopen = async () => {
    await line?.close();
    try {
      line = await open();
    } catch {
      goneBy('could not be opened again');
      throw lost();
    }
    if (over) await line.close();
  };

  line = await open();
  const close = async () => {
    end(new BenchError('device_lost', 'The conversation was closed.'));
    await line?.close();
  };
  const session: DeviceSession = {
    epoch,
    gone: gone.promise,
    identify({ timeoutMs, signal }) {
      const read = asking.then(() => {
        signal.throwIfAborted();
        if (over) throw lost();
        return readIdentity({ engine, clock, timeoutMs, signal, reopen });
      });
      asking = read.catch(() => {});
      return read;
    },
    close,
  };
  return {
    session,
    lose() {
      goneBy('is not there any more');
      void close();
    },
  };
}
