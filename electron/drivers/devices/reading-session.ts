import { BenchError } from '../../../shared/errors.ts';
import type { DeviceSession, IdentityRead } from './adapter.ts';

export type ReadingSessionOptions = {
  epoch: string;
  /** Asks the device who it is; the signal is the caller's and the session's. */
  read(timeoutMs: number, signal: AbortSignal): Promise<IdentityRead>;
  /** What is said of a device that went away. */
  lost(): BenchError;
  /** Called once, when the session is over. */
  onEnd(): void;
};

/**
 * A session of one epoch over a protocol in which each read opens a conversation of its own: one read at a time, none when
 * the session is over. `lose` ends it from outside when the epoch is.
 */
export function createReadingSession(options: ReadingSessionOptions): {
  session: DeviceSession;
  lose(why: string): void;
} {
  const { epoch, lost } = options;
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
    return options.read(timeoutMs, either);
  };

  return {
    session: {
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
    },
    lose(why) {
      if (end(lost())) gone.resolve(why);
    },
  };
}
