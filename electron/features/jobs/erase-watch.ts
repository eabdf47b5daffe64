import type { Clock } from '../../drivers/clock/clock.ts';
import type { ErasePolicy, EraseRun } from './erase-run.ts';

export type WatchDeps = {
  clock: Clock;
  policy: ErasePolicy;
  /** When the announced reboot of this run must be over; 0 when none was announced. */
  rebootUntil(run: EraseRun): number;
  onStalled(): void;
  onUnplugged(): void;
};

/** Watches one run: silence of the tool and absence of the device, each against the clock driver. */
export function watchRun(run: EraseRun, deps: WatchDeps) {
  const { clock, policy } = deps;
  let silence = clock.after(policy.stallMs, deps.onStalled);
  let absence = () => {};
  let stopped = false;
  /** At once when no reboot was announced: the next sighting may be in the same breath. */
  const left = () => {
    absence();
    const remainingMs = deps.rebootUntil(run) - clock.now();
    if (remainingMs > 0) absence = clock.after(remainingMs, left);
    else deps.onUnplugged();
  };
  const stopPresence = run.claim.onPresence(present => (present ? absence() : left()));
  return {
    /** The tool said something. */
    heard() {
      if (stopped) return;
      silence();
      silence = clock.after(policy.stallMs, deps.onStalled);
    },
    stop() {
      stopped = true;
      silence();
      absence();
      stopPresence();
    },
  };
}
