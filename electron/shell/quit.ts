import { app } from 'electron';
import { logLine } from './log.ts';

/**
 * Holds the end of the application back until `close` is done, then ends it. A second asking waits for the first.
 * Returns whether the end has begun.
 */
export function closeBeforeQuit(close: () => Promise<void>): () => boolean {
  let state: 'open' | 'closing' | 'closed' = 'open';
  app.on('will-quit', event => {
    if (state === 'closed') return;
    event.preventDefault();
    if (state === 'closing') return;
    state = 'closing';
    close().then(
      () => {
        state = 'closed';
        app.quit();
      },
      (error: unknown) => {
        logLine({ level: 'error', what: 'the bench did not close cleanly', cause: String(error) });
        app.exit(1);
      },
    );
  });
  return () => state !== 'open';
}
