import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError } from '../shared/errors.ts';
import type { Keystore } from './drivers/keystore/keystore.ts';
import { exportJournal } from './features/journal/export-journal.ts';
import { trustOf } from './features/sync/trust.ts';
import { openStationParts, type PartsConfig, type PartsDrivers } from './station-parts.ts';

/**
 * Exports the journal of a bench that is not running. Throws `not_found` when the folder holds no bench, and what
 * opening it and writing the export throw.
 */
export async function exportDataFolder(
  drivers: Omit<PartsDrivers, 'keystore'> & { openKeystore(): Promise<Keystore> },
  config: PartsConfig,
  outDir: string,
): Promise<{ origin: string; size: number }> {
  // Opening would make a bench where there is none.
  if (!existsSync(join(config.dataDir, 'station.db')))
    throw new BenchError(
      'not_found',
      'This folder holds no bench. Name the data folder that the bench was started with.',
    );
  const keystore = await drivers.openKeystore();
  const parts = await openStationParts({ ...drivers, keystore }, config);
  try {
    const { size } = exportJournal(parts.journal, trustOf(parts.settings), outDir);
    return { origin: parts.journal.origin, size };
  } finally {
    parts.close();
  }
}
