import { BenchError } from '../../../shared/errors.ts';
import type { Keystore } from './keystore.ts';

const advice =
  'The keyring of this computer is missing, locked or refuses. Sign in to the desktop session and unlock it (on Linux: GNOME Keyring or KWallet), then start again. The bench keeps its keys nowhere weaker.';

/**
 * The operating system's own keyring: Credential Manager, Keychain or Secret Service. Opening writes and reads back a
 * probe, so a keyring that cannot keep anything is refused before anything rests on it.
 */
export async function openOsKeystore(service: string): Promise<Keystore> {
  // Loading fails where the system has no keyring library at all.
  const { default: keytar } = await orUnavailable(import('keytar'));
  const keystore: Keystore = {
    strength: 'os',
    get: name => orUnavailable(keytar.getPassword(service, name)),
    set: (name, value) => orUnavailable(keytar.setPassword(service, name, value)),
    async delete(name) {
      await orUnavailable(keytar.deletePassword(service, name));
    },
  };
  await keystore.set('probe', 'kept');
  if ((await keystore.get('probe')) !== 'kept') throw new BenchError('keystore_unavailable', advice);
  await keystore.delete('probe');
  return keystore;
}

async function orUnavailable<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    throw new BenchError('keystore_unavailable', advice, { cause });
  }
}
