import { createECDH, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { BenchError } from '../../../shared/errors.ts';
import type { TokenPlace, TokenSeen, Tokens } from './token.ts';
import { assertTries, faultIn, tokenOf } from './tool-output.ts';

type FakeKey = { label: string; key: KeyObject; spki: Buffer; certificate: Uint8Array | null };
type FakeToken = TokenSeen & { pin: string; triesLeft: number; keys: Map<string, FakeKey>; plugged: boolean };

export const fakeModule = '/usr/lib/fake-token.so';
const triesAtFirst = 3;

/** Tokens in memory, behind one module: three tries for the PIN, taken out and put in at will. */
export function createFakeTokens() {
  const tokens: FakeToken[] = [];
  const asked: string[] = [];
  const state = { installed: true, goesBeforeSigning: false };

  const seen = (token: FakeToken): FakeToken => ({
    ...token,
    tries: token.triesLeft <= 0 ? 'locked' : (({ 1: 'last', 2: 'low' } as const)[token.triesLeft] ?? 'fine'),
  });
  const plugged = (modulePath: string) => {
    if (!state.installed) throw new BenchError('token_unavailable', 'The program pkcs11-tool is not on this computer.');
    if (modulePath !== fakeModule) throw faultIn('error: Failed to load pkcs11 module');
    return tokens.filter(token => token.plugged);
  };
  const open = ({ modulePath, serial }: TokenPlace, pin: string): FakeToken => {
    const token = tokenOf(plugged(modulePath), serial);
    assertTries(seen(token));
    asked.push(serial);
    if (pin !== token.pin) {
      token.triesLeft--;
      throw faultIn('rv = CKR_PIN_INCORRECT (0xa0)');
    }
    token.triesLeft = triesAtFirst;
    return token;
  };

  const driver: Tokens = {
    modules: () => (state.installed ? [fakeModule] : null),
    list: async modulePath =>
      plugged(modulePath).map(token => {
        const { label, serial, model, tries } = seen(token);
        return { label, serial, model, tries };
      }),
    keys: async (place, pin) => {
      const keys = [...open(place, pin).keys].map(([id, { label, spki, certificate }]) => ({
        id,
        label,
        spki,
        certificate,
      }));
      return { keys, certificates: keys.flatMap(({ certificate }) => (certificate ? [certificate] : [])) };
    },
    signDigest: async (place, pin, digest) => {
      const token = open(place, pin);
      if (state.goesBeforeSigning) throw faultIn('rv = CKR_DEVICE_REMOVED (0x32)');
      const found = token.keys.get(place.keyId);
      if (!found) throw faultIn('error: Private key not found');
      return rawSignature(found.key, digest);
    },
  };

  const newKey = (label: string): FakeKey => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return { label, key: privateKey, spki: publicKey.export({ type: 'spki', format: 'der' }), certificate: null };
  };

  return {
    ...driver,
    state,
    /** Serial numbers of the tokens that a PIN was tried on, in order. */
    asked,
    /** Plugs a token with one key, `01`, in; what it answers with can be changed. */
    plug({ label, serial, pin }: { label: string; serial: string; pin: string }): FakeToken {
      const keys = new Map([['01', newKey('document key')]]);
      const model = 'Fake token';
      const token = { label, serial, model, pin, triesLeft: triesAtFirst, tries: 'fine', keys, plugged: true } as const;
      const kept: FakeToken = { ...token };
      tokens.push(kept);
      return kept;
    },
    newKey,
  };
}

const orderWords = ['ffffffff', '00000000', 'ffffffff', 'ffffffff', 'bce6faad', 'a7179e84', 'f3b9cac2', 'fc632551'];
const order = BigInt(`0x${orderWords.join('')}`);
const numberOf = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
const bytesOf = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');

/** ECDSA P-256 over a digest as it is, which node:crypto does not offer: it hashes by itself. */
function rawSignature(key: KeyObject, digest: Uint8Array): Uint8Array {
  const secret = numberOf(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'));
  const once = createECDH('prime256v1');
  const point = once.generateKeys();
  const r = numberOf(point.subarray(1, 33)) % order;
  const s = (inverse(numberOf(once.getPrivateKey())) * (numberOf(digest) + r * secret)) % order;
  return Buffer.concat([bytesOf(r), bytesOf(s)]);
}

/** By Fermat: value to the power of order − 2. */
function inverse(value: bigint): bigint {
  let result = 1n;
  let square = value % order;
  for (let power = order - 2n; power > 0n; power >>= 1n) {
    if (power & 1n) result = (result * square) % order;
    square = (square * square) % order;
  }
  return result;
}
