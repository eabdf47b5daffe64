import { powerMonitor } from 'electron';

/** Calls back when the computer goes to sleep or its screen is locked: whoever comes back must unlock the bench. */
export function watchPower({ onLeave }: { onLeave(): void }): void {
  powerMonitor.on('suspend', onLeave);
  powerMonitor.on('lock-screen', onLeave);
}
