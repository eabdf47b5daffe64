import { expect, test } from 'vitest';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import type { Keystore } from '../../electron/drivers/keystore/keystore.ts';
import { rawPublicKey } from '../../electron/features/journal/private-keys.ts';
import { openStationKeys } from '../../electron/features/journal/station-keys.ts';

const died = new Error('the process is gone');

/** Dies at the n-th change, before or after it takes effect; nothing reaches it from then on. */
function dying(keystore: Keystore, at: number, when: 'before' | 'after'): Keystore {
  let changes = 0;
  const change = async (act: () => Promise<void>) => {
    changes++;
    if (changes > at || (changes === at && when === 'before')) throw died;
    await act();
    if (changes === at) throw died;
  };
  return {
    ...keystore,
    set: (name, value) => change(() => keystore.set(name, value)),
    delete: name => change(() => keystore.delete(name)),
  };
}

const moments = [1, 2, 3, 4].flatMap(at => [[at, 'before'] as const, [at, 'after'] as const]);

test.for(moments)(
  'new keys that end at change %i of the keystore, %s it: the server knows what is in use',
  async ([at, when]) => {
    const keystore = createMemoryKeystore();
    const first = (await openStationKeys({ keystore, recorded: null })).current();
    const known = new Set([rawPublicKey(first.auth)]);
    let recorded: string | null = null;
    const steps = {
      register: async ({ auth }: typeof first) => {
        known.add(rawPublicKey(auth));
      },
      record: ({ auth }: typeof first) => {
        recorded = rawPublicKey(auth);
      },
    };
    const mortal = await openStationKeys({ keystore: dying(keystore, at, when), recorded });
    await expect(mortal.replace(steps)).rejects.toBe(died);

    const again = await openStationKeys({ keystore, recorded });
    const inUse = again.current();
    expect(known).toContain(rawPublicKey(inUse.auth));
    // Recorded is in use: the journal does not say what is not so.
    if (recorded !== null) expect(rawPublicKey(inUse.auth)).toBe(recorded);
    expect(again.decryption().map(rawPublicKey)).toContain(rawPublicKey(first.encryption));
    await again.replace(steps);
    expect(rawPublicKey(again.current().auth)).toBe(recorded);
    expect(await keystore.get('station-keys-next')).toBe(null);
    const last = await openStationKeys({ keystore, recorded });
    expect(rawPublicKey(last.current().auth)).toBe(recorded);
    expect(new Set(last.decryption().map(rawPublicKey)).size).toBe(last.decryption().length);
  },
);
