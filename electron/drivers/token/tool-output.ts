import { createPublicKey } from 'node:crypto';
import { BenchError } from '../../../shared/errors.ts';
import type { TokenSeen } from './token.ts';

export type Slot = TokenSeen & {
  /** `0x…`, valid until the next change of the readers. */
  readonly slot: string;
};

/** Reads what `pkcs11-tool --list-token-slots` prints. */
export function slotsIn(output: string): Slot[] {
  return blocksOf(output, /^Slot \d+ \((0x[0-9a-f]+)\)/i).flatMap(({ match, facts }) => {
    const label = facts.get('token label');
    const serial = facts.get('serial num');
    if (label === undefined || !serial) return [];
    return [
      { slot: match, label, serial, model: facts.get('token model') ?? '', tries: triesOf(facts.get('token flags')) },
    ];
  });
}

function triesOf(flags = ''): TokenSeen['tries'] {
  if (flags.includes('user PIN locked')) return 'locked';
  if (flags.includes('final user PIN try')) return 'last';
  return flags.includes('user PIN count low') ? 'low' : 'fine';
}

export type ListedObject = {
  readonly kind: 'private' | 'public' | 'certificate';
  readonly id: string;
  readonly label: string;
  /** Public half of a P-256 key, DER; null for all else. */
  readonly spki: Uint8Array | null;
};

const kinds = { 'Private Key': 'private', 'Public Key': 'public', Certificate: 'certificate' } as const;

/** Reads what `pkcs11-tool --list-objects` prints; objects without an id cannot be named and are left out. */
export function objectsIn(output: string): ListedObject[] {
  return blocksOf(output, /^(Private Key|Public Key|Certificate) Object;/).flatMap(({ match, facts }) => {
    const id = facts.get('ID')?.toLowerCase() ?? '';
    const kind = Object.entries(kinds).find(([words]) => words === match)?.[1];
    if (!kind || !/^([0-9a-f]{2})+$/.test(id)) return [];
    return [{ kind, id, label: facts.get('label') ?? '', spki: spkiOf(facts) }];
  });
}

const p256Params = /^06082a8648ce3d030107$/i;

function spkiOf(facts: ReadonlyMap<string, string>): Uint8Array | null {
  const [, x = '', y = ''] = /^044104([0-9a-f]{64})([0-9a-f]{64})$/i.exec(facts.get('EC_POINT') ?? '') ?? [];
  if (x === '' || !p256Params.test(facts.get('EC_PARAMS') ?? '')) return null;
  const coordinate = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');
  try {
    const key = { kty: 'EC', crv: 'P-256', x: coordinate(x), y: coordinate(y) };
    return createPublicKey({ key, format: 'jwk' }).export({ format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}

type Block = { match: string; facts: ReadonlyMap<string, string> };

/** A heading, and below it indented lines `name: value`. */
function blocksOf(output: string, heading: RegExp): Block[] {
  const blocks: { match: string; facts: Map<string, string> }[] = [];
  let open = false;
  for (const line of output.split(/\r?\n/)) {
    const fact = /^ {2}(\S[^:]*?) *:[ \t]*(.*)$/.exec(line);
    if (fact) {
      const [, name = '', value = ''] = fact;
      const facts = blocks.at(-1)?.facts;
      if (open && facts && !facts.has(name)) facts.set(name, value.trim());
      continue;
    }
    const match = heading.exec(line)?.[1];
    if (match !== undefined) blocks.push({ match, facts: new Map() });
    // Lines below a heading of another kind belong to that.
    if (match !== undefined || /^\S/.test(line)) open = match !== undefined;
  }
  return blocks;
}

const unavailable = (message: string) => new BenchError('token_unavailable', message);
const pinRefused = () =>
  new BenchError(
    'token_pin_refused',
    'The token refused the PIN. It is not tried again: a token locks after a few tries.',
  );

const gone = 'The token was taken out. Plug it in and try again.';
const locked = 'The PIN of the token is locked. Unlock it with the software of its vendor.';
const faults: Record<string, () => BenchError> = {
  CKR_PIN_INCORRECT: pinRefused,
  CKR_PIN_INVALID: pinRefused,
  CKR_PIN_LEN_RANGE: pinRefused,
  CKR_PIN_EXPIRED: () => unavailable('The PIN of the token has expired. Change it with the software of its vendor.'),
  CKR_PIN_LOCKED: () => unavailable(locked),
  CKR_SLOT_ID_INVALID: () => unavailable(gone),
  CKR_TOKEN_NOT_PRESENT: () => unavailable(gone),
  CKR_TOKEN_NOT_RECOGNIZED: () => unavailable(gone),
  CKR_DEVICE_REMOVED: () => unavailable(gone),
  CKR_SESSION_HANDLE_INVALID: () => unavailable(gone),
  CKR_MECHANISM_INVALID: () => unavailable('The token cannot sign with ECDSA. Use one that can.'),
  CKR_KEY_FUNCTION_NOT_PERMITTED: () =>
    unavailable('The key on the token is not made for signing. Choose another key.'),
};

/**
 * What went wrong, in words of ours alone, from what `pkcs11-tool` wrote to its error output: modules print what they
 * like there.
 */
export function faultIn(stderr: string): BenchError {
  const code = /rv = (CKR_[A-Z0-9_]{1,40})/.exec(stderr)?.[1];
  const known = code === undefined ? undefined : faults[code];
  if (known) return known();
  if (/Failed to load pkcs11 module/.test(stderr))
    return unavailable('The PKCS#11 module cannot be loaded. Check its path, and that it is made for this computer.');
  if (/(Private key|object) not found/i.test(stderr))
    return unavailable('The key is not on the token any more. Choose another key on the Station screen.');
  return unavailable(`The token does not work as it should${code === undefined ? '' : ` (${code})`}. Try it again.`);
}

/** Throws unless the PIN of this token can be tried without locking it. */
export function assertTries({ tries }: TokenSeen): void {
  if (tries === 'locked') throw unavailable(locked);
  if (tries === 'last')
    throw unavailable(
      'The token has one try for its PIN left, which the bench does not spend. Sign in to it with the software of its vendor first.',
    );
}

/** The one of these tokens with this serial number; throws `token_unavailable`. */
export function tokenOf<T extends TokenSeen>(seen: readonly T[], serial: string): T {
  const found = seen.find(token => token.serial === serial);
  if (found) return found;
  throw unavailable(
    seen.length === 0
      ? 'No token is plugged in. Plug in the token that signs, and try again.'
      : 'The token that signs is not plugged in; there is another. Plug in the right one.',
  );
}
