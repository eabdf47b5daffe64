import { setTimeout as pause } from 'node:timers/promises';

/** Resolves when the condition holds; fails after ten seconds. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 500) throw new Error(`never happened: ${what}`);
    await pause(20);
  }
}
