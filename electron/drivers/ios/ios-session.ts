import { BenchError } from '../../../shared/errors.ts';
import type { Clock } from '../clock/clock.ts';
import type { DeviceSession, IdentityRead } from '../devices/adapter.ts';
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
export function createIosSession(options: IosSessionOptions): { session: DeviceSession; lose(why: string): void } {
  const { epoch, udid, tools, clock } = options;
  const gone = Promise.withResolvers<string>();
  const over = new AbortController();
  let asking: Promise<unknown> = Promise.resolve();

  const end = (reason: BenchError) => {
    if (over.signal.aborted) return false;
    over.abort(reason);
    options.onEnd();
    return true;
  };
  const read = async (timeoutMs: number, signal: AbortSignal): Promise<IdentityRead> => {
    const either = AbortSignal.any([signal, over.signal]);
    either.throwIfAborted();
    let result: IdentityRead | Broken | Refused;
    try {
      result = await readIosIdentity({ tools, udid, clock, timeoutMs, signal: either });
    } catch (error) {
      either.throwIfAborted();
      if (!(error instanceof Broken || error instanceof Refused)) throw error;
      result = error;
    }
    // What was read counts only when the same attachment outlived the reading.
    const there = await options.stillThere(either);
    either.throwIfAborted();
    if (!there) throw lost();
    if (result instanceof Broken) throw broken();
    if (result instanceof Refused) {
      options.onRefusal(result.refusal);
      throw new BenchError('device_silent', result.message);
    }
    return result;
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
