import type { Keystore } from './keystore.ts';

/** Keeps secrets for as long as the object lives. For tests. */
export function createMemoryKeystore(): Keystore {
  const secrets = new Map<string, string>();
  return {
    strength: 'memory',
    get: async name => secrets.get(name) ?? null,
    async set(name, value) {
      secrets.set(name, value);
    },
    async delete(name) {
      secrets.delete(name);
    },
  };
}
