import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BenchError } from '../../../shared/errors.ts';
import { exportLog } from '../../../shared/tlog/export.ts';
import type { Journal } from './journal.ts';
import { policyOf, type Trust } from './policy.ts';

/**
 * Writes the whole journal, in the tlog-tiles layout, into an empty folder or over an earlier export: entry bundles,
 * tiles, the newest head that the server confirmed, whom to trust, and the present signed head last. Personal data stays
 * behind. Call it outside a transaction. Returns how many entries it holds; throws BenchError `bad_input`,
 * `data_folder_unusable` or `disk_full`.
 */
export function exportJournal(journal: Journal, trust: Trust, dir: string): { size: number } {
  const { store } = journal;
  const { size, note } = journal.checkpoint();
  const own = store.checkpoint(size)?.cosigs ?? '';
  const policy = policyOf(journal, trust);
  const confirmed = store.newestCosigned();
  const write = (path: string, bytes: Uint8Array | string) => {
    const file = join(dir, ...path.split('/'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes, { flush: true });
  };
  try {
    mkdirSync(dir, { recursive: true });
    const present = readdirSync(dir);
    if (present.length > 0 && !present.includes('log.vkey'))
      throw new BenchError('bad_input', 'The folder holds other files. Choose an empty one for the export.');
    for (const path of ['checkpoint', 'checkpoint.cosigned']) rmSync(join(dir, path), { force: true });
    write('log.vkey', `${journal.vkey}\n`);
    write('policy.json', `${JSON.stringify(policy, null, 2)}\n`);
    if (confirmed) write('checkpoint.cosigned', confirmed.note + (confirmed.cosigs ?? ''));
    const log = {
      size,
      note: note + own,
      leaf: store.leaf,
      entry: (seq: number) => store.bytes(store.start + seq),
      tile: store.tile,
    };
    for (const { path, bytes } of exportLog(log)) write(path, bytes);
  } catch (error) {
    throw translate(error);
  }
  return { size };
}

function translate(cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  if (cause instanceof BenchError || typeof code !== 'string') return cause;
  return code === 'ENOSPC'
    ? new BenchError('disk_full', 'The disk is full. Make room or choose another folder for the export.', { cause })
    : new BenchError('data_folder_unusable', 'The export cannot be written there. Choose another folder.', { cause });
}
