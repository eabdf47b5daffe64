import { BenchError } from '../../../shared/errors.ts';
import type { Clock } from '../clock/clock.ts';
import type { DeviceSession } from '../devices/adapter.ts';
import { AdbFailure } from './adb-socket.ts';
import { readAndroidIdentity } from './android-identity.ts';

const lost = () => new BenchError('device_lost', 'The phone went away. Plug it in again.');
const broken = () =>
  new BenchError('device_silent', 'The conversation with the phone broke off. Unplug it and plug it in again.');

export type SessionOptions = {
  epoch: string;
  port: number;
  transportId: string;
  clock: Clock;
  /** Called once, when the session is over. */
  onEnd(): void;
  /** Asks whether the device is still there, after a conversation broke; resolves once that is known, rejects by the signal. */
  stillThere(over: AbortSignal): Promise<boolean>;
};

/** Talks to one epoch of one phone. `lose` ends it from outside when the epoch is over. */
export function createAndroidSession(options: SessionOptions): { session: DeviceSession; lose(why: string): void } {
  const { epoch, port, transportId, clock } = options;
  const gone = Promise.withResolvers<string>();
  const over = new AbortController();
  let asking: Promise<unknown> = Promise.resolve();

  const end = (reason: BenchError) => {
    if (over.signal.aborted) return false;
    over.abort(reason);
    options.onEnd();
    return true;
  };
  const read = async (timeoutMs: number, signal: AbortSignal) => {
    const either = AbortSignal.any([signal, over.signal]);
    either.throwIfAborted();
    try {
      return await readAndroidIdentity({ port, transportId, clock, timeoutMs, signal: either });
    } catch (error) {
      either.throwIfAborted();
      if (!(error instanceof AdbFailure)) throw error;
      // The connection breaks before the list says why.
      const there = await options.stillThere(either);
      either.throwIfAborted();
      throw there ? broken() : lost();
    }
  };

  const session: DeviceSession = {
    epoch,
    gone: gone.promise,
    identify({ timeoutMs, signal }) {
      const mine = asking.then(() => read(timeoutMs, signal));
      asking = mine.catch(() => {});
      return mine;
    },
    async close() {
      end(new BenchError('device_lost', 'The conversation was closed.'));
      await asking;
    },
  };
  return {
    session,
    lose(why) {
      if (end(lost())) gone.resolve(why);
    },
  };
}
