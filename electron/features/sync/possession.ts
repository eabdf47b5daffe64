import { createHmac, createPublicKey, diffieHellman, hkdfSync, type KeyObject, sign } from 'node:crypto';
import { BenchError } from '../../../shared/errors.ts';
import { rawPublicKey } from '../journal/private-keys.ts';
import type { KeyPair } from '../journal/station-keys.ts';

const x25519Prefix = Buffer.from('302a300506032b656e032100', 'hex');

/**
 * Shows a server that the station holds the key of its log, its auth key and its encryption key. The last cannot sign:
 * it answers with a MAC under the secret that it shares with the server's own key, named in `escrowNote`.
 */
export function possessionProofs(deps: {
  /** Lines of what is signed, before the two keys. */
  head: readonly string[];
  /** Signs with the key of the log. */
  sign(text: Buffer): Buffer;
  keys: KeyPair;
  escrowNote: string;
}) {
  const { auth, encryption } = deps.keys;
  const authKey = rawPublicKey(auth);
  const encryptionKey = rawPublicKey(encryption);
  const text = Buffer.from([...deps.head, authKey, encryptionKey, ''].join('\n'));
  const secret = diffieHellman({ privateKey: encryption, publicKey: keyIn(deps.escrowNote) });
  const macKey = Buffer.from(hkdfSync('sha256', secret, '', 'enrol/v1/encryption-key', 32));
  return {
    authKey,
    encryptionKey,
    proof: deps.sign(text).toString('base64'),
    authProof: sign(null, text, auth).toString('base64'),
    encryptionProof: createHmac('sha256', macKey).update(text).digest('base64'),
  };
}

/** The note cannot be verified yet. A wrong key in it shows nothing but that the server will not accept the proof. */
function keyIn(note: string): KeyObject {
  const [, base64 = ''] = /^[^\n]+\nx25519\n([A-Za-z0-9+/]{43}=)\n\n/.exec(note) ?? [];
  if (base64 === '')
    throw new BenchError(
      'server_unreachable',
      'What answers is not a central server that this bench can speak with. Check the address.',
    );
  const key = Buffer.concat([x25519Prefix, Buffer.from(base64, 'base64')]);
  return createPublicKey({ key, format: 'der', type: 'spki' });
}
