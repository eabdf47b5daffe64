import { BenchError } from '../../../shared/errors.ts';
import type { Clock } from '../clock/clock.ts';
import type { IdentityRead } from '../devices/adapter.ts';
import { createReadingSession } from '../devices/reading-session.ts';
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
export function createAndroidSession({ epoch, onEnd, stillThere, ...where }: SessionOptions) {
  const read = async (timeoutMs: number, signal: AbortSignal): Promise<IdentityRead> => {
    try {
      return await readAndroidIdentity({ ...where, timeoutMs, signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AdbFailure)) throw error;
      // The connection breaks before the list says why.
      const there = await stillThere(signal);
      signal.throwIfAborted();
      throw there ? broken() : lost();
    }
  };
  return createReadingSession({ epoch, read, lost, onEnd });
}
