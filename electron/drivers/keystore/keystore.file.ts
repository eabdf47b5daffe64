import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { BenchError } from '../../../shared/errors.ts';
import type { Keystore } from './keystore.ts';

const Content = z.record(z.string(), z.string());

/**
 * A file that only its owner may read. Weaker than a keyring, for training and tests: whoever has the file has the
 * keys. The folder must exist.
 */
export function createFileKeystore(file: string): Keystore {
  const read = (): Record<string, string> => {
    if (!existsSync(file)) return {};
    try {
      return Content.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch (cause) {
      throw new BenchError('keystore_unavailable', 'The key file cannot be read. Put it back from a copy.', { cause });
    }
  };
  const write = (content: Record<string, string>) => {
    try {
      writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600, flush: true });
      renameSync(`${file}.new`, file);
    } catch (cause) {
      throw new BenchError('keystore_unavailable', 'The key file cannot be written. Check the folder.', { cause });
    }
  };
  return {
    strength: 'file',
    get: async name => read()[name] ?? null,
    set: async (name, value) => write({ ...read(), [name]: value }),
    async delete(name) {
      const { [name]: _gone, ...rest } = read();
      write(rest);
    },
  };
}
