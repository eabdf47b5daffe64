import { BenchError } from '../../../shared/errors.ts';
import type { Clock } from '../clock/clock.ts';
import type { IdentityRead } from '../devices/adapter.ts';
import { createReadingSession } from '../devices/reading-session.ts';
import type { Tools } from './ios-tools.ts';
import { Broken, Refused, readIosIdentity } from './read-identity.ts';
import type { Refusal } from './refusals.ts';

const lost = () => new BenchError('device_lost', 'The device went away. Plug it in again.');
const broken = () =>
  new BenchError('device_silent', 'The conversation with the device broke off. Unplug it and plug it in again.');

export type IosSessionOptions = {
  epoch: string;
  udid: string;
  tools: Tools;
  clock: Clock;
  /** Called once, when the session is over. */
  onEnd(): void;
  /** Called when the device refuses to be read. */
  onRefusal(refusal: Refusal): void;
  /** Asks the list once more whether this very attachment is there; rejects by the signal. */
  stillThere(over: AbortSignal): Promise<boolean>;
};

/** Talks to one epoch of one device. `lose` ends it from outside when the epoch is over. */
export function createIosSession({ epoch, onEnd, onRefusal, stillThere, ...where }: IosSessionOptions) {
  const read = async (timeoutMs: number, signal: AbortSignal): Promise<IdentityRead> => {
    let result: IdentityRead | Broken | Refused;
    try {
      result = await readIosIdentity({ ...where, timeoutMs, signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Broken || error instanceof Refused)) throw error;
      result = error;
    }
    // What was read counts only when the same attachment outlived the reading.
    const there = await stillThere(signal);
    signal.throwIfAborted();
    if (!there) throw lost();
    if (result instanceof Broken) throw broken();
    if (result instanceof Refused) {
      onRefusal(result.refusal);
      throw new BenchError('device_silent', result.message);
    }
    return result;
  };
  return createReadingSession({ epoch, read, lost, onEnd });
}
