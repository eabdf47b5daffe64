import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Keystore } from '../../drivers/keystore/keystore.ts';
import { formatPrivateKeys, mostKeys, parsePrivateKeys, rawPublicKey, samePublicKey } from './private-keys.ts';

const names = { auth: 'auth-key', encryption: 'encryption-key', next: 'station-keys-next' } as const;

/** The keys by which a server knows the station: Ed25519 to show who asks, X25519 to seal to. */
export type KeyPair = { readonly auth: KeyObject; readonly encryption: KeyObject };

export type StationKeys = {
  /** Those in use. */
  current(): KeyPair;
  /** The auth key to show to the server: the one in use, or the one before it for a server that knows no better. */
  shown(): KeyObject;
  /** After the server did not know the key: false when there is no other to show. */
  showFormer(): boolean;
  showCurrent(): void;
  /** All encryption keys the station ever had, newest first: what was sealed to an older one still opens. */
  decryption(): readonly KeyObject[];
  /**
   * Puts new keys in use once `register` has told the server and `record` has made that durable. When either throws, the
   * old ones stay in use and the next attempt offers the same new ones, which the server may know already.
   */
  replace(steps: { register(next: KeyPair): Promise<void>; record(next: KeyPair): void }): Promise<void>;
};

/**
 * The keys from the keystore, made the first time. `recorded` is the public auth key, in base64, that was recorded last:
 * a replacement that the process did not live to finish is finished here.
 */
export async function openStationKeys(deps: { keystore: Keystore; recorded: string | null }): Promise<StationKeys> {
  const { keystore } = deps;
  const read = async (name: string, type: 'ed25519' | 'x25519'): Promise<KeyObject[]> => {
    const kept = parsePrivateKeys((await keystore.get(name)) ?? '', type);
    if (kept.length > 0) return kept;
    const made = [newKey(type)];
    await keystore.set(name, formatPrivateKeys(made));
    return made;
  };
  /** The one in use last, before it the one it replaced: a server restored from an older copy knows that one alone. */
  let auths = await read(names.auth, 'ed25519');
  let isFormerShown = false;
  const currentAuth = () => auths.at(-1) ?? newKey('ed25519');
  /** Oldest first. */
  let encryption = await read(names.encryption, 'x25519');
  let last: Promise<unknown> = Promise.resolve();

  const pending = async (): Promise<KeyPair | null> => {
    const [authSeed = '', encryptionSeed = ''] = ((await keystore.get(names.next)) ?? '').split(' ');
    const [nextAuth] = parsePrivateKeys(authSeed, 'ed25519');
    const [nextEncryption] = parsePrivateKeys(encryptionSeed, 'x25519');
    return nextAuth && nextEncryption ? { auth: nextAuth, encryption: nextEncryption } : null;
  };
  const stage = async (): Promise<KeyPair> => {
    const made = { auth: newKey('ed25519'), encryption: newKey('x25519') };
    await keystore.set(names.next, formatPrivateKeys([made.auth, made.encryption]));
    return made;
  };
  /** Each step may have been taken before. */
  const promote = async (next: KeyPair) => {
    const others = encryption.filter(key => !samePublicKey(key, next.encryption));
    encryption = [...others, next.encryption].slice(-mostKeys);
    auths = [...auths.filter(key => !samePublicKey(key, next.auth)), next.auth].slice(-2);
    isFormerShown = false;
    await keystore.set(names.encryption, formatPrivateKeys(encryption));
    await keystore.set(names.auth, formatPrivateKeys(auths));
    await keystore.delete(names.next);
  };

  const unfinished = await pending();
  if (unfinished && rawPublicKey(unfinished.auth) === deps.recorded) await promote(unfinished);

  return {
    current: () => ({ auth: currentAuth(), encryption: encryption.at(-1) ?? newKey('x25519') }),
    shown: () => (isFormerShown ? (auths[0] ?? currentAuth()) : currentAuth()),
    showFormer() {
      isFormerShown = !isFormerShown && auths.length > 1;
      return isFormerShown;
    },
    showCurrent() {
      isFormerShown = false;
    },
    decryption: () => encryption.toReversed(),
    replace({ register, record }) {
      const done = last.then(async () => {
        const next = (await pending()) ?? (await stage());
        await register(next);
        record(next);
        await promote(next);
      });
      last = done.catch(() => {});
      return done;
    },
  };
}

function newKey(type: 'ed25519' | 'x25519'): KeyObject {
  return type === 'ed25519' ? generateKeyPairSync('ed25519').privateKey : generateKeyPairSync('x25519').privateKey;
}
