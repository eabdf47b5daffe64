import { setTimeout as pause } from 'node:timers/promises';

/** Resolves when the condition holds; fails after ten seconds. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 500) throw new Error(`never happened: ${what}`);
    await pause(20);
  }
}

/** Tries `act` until it does not reject; throws its last error when it never does. */
export async function untilDone<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await act();
    } catch (error) {
      if (tries > 200) throw error;
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }
}
