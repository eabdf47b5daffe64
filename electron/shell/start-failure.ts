import { app, dialog } from 'electron';
import { BenchError } from '../../shared/errors.ts';
import { logLine } from './log.ts';

/** Tells the operator why the bench does not start and what to do, and ends the application with exit code 1. */
export function reportStartFailure(error: unknown): void {
  const isKnown = error instanceof BenchError;
  logLine({ level: 'error', what: 'start failed', cause: error instanceof Error ? error.stack : String(error) });
  const advice = isKnown
    ? error.message
    : 'Something unplanned happened. Nothing was changed. Give the log to support.';
  dialog.showErrorBox(`${app.getName()} cannot start`, isKnown ? `${advice} (${error.code})` : advice);
  app.exit(1);
}
