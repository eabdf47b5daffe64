import { BenchError } from '../../../shared/errors.ts';
import type { Central } from '../../drivers/central/central.ts';
import type { Settings } from '../station/settings.ts';

type Deps = {
  settings: Settings;
  central(url: string): Central;
  log(line: Record<string, unknown>): void;
};

/** Asks the enrolled server; never rejects. What nobody planned is logged and told as an unreachable server. */
export function askServer({ settings, central, log }: Deps) {
  return async <T>(question: (server: Central) => Promise<T>): Promise<T | BenchError> => {
    try {
      return await question(central(settings.get('server-url') ?? ''));
    } catch (error) {
      if (error instanceof BenchError) return error;
      log({ level: 'error', event: 'sync.failed', cause: error instanceof Error ? error.name : 'unknown' });
      return new BenchError('server_unreachable', 'The server could not be reached.');
    }
  };
}
