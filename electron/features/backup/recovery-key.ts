import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { BenchError } from '../../../shared/errors.ts';

/** Digits and letters that cannot be taken for each other on paper. */
const alphabet = ['0123456789', 'ABCDEFGH', 'JKMN', 'PQRST', 'VWXYZ'].join('');
const mark = 'VBRK1';
const keyGroups = 13;
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');

export type RecoveryKey = {
  privateKey: KeyObject;
  /** Raw X25519 public half in base64: all that stays on a station. */
  publicBase64: string;
  fingerprint: string;
  /** `VBRK1-…`: thirteen groups of four and a fourteenth that checks them. */
  text: string;
  checkGroup: string;
};

/** A new recovery key: its private half exists in what this returns and nowhere else. */
export function makeRecoveryKey(): RecoveryKey {
  return describe(generateKeyPairSync('x25519').privateKey);
}

/**
 * Reads a recovery key out of its file, the code of its sheet or what somebody typed. Throws `bad_input` when there is none in it and
 * when its check group says that it was misread.
 */
export function readRecoveryKey(written: string): RecoveryKey {
  const plain = written.toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  const start = plain.indexOf(`${mark}-`);
  const body = start < 0 ? '' : plain.slice(start + mark.length + 1).replaceAll(/[\s-]/g, '');
  const digits = body.slice(0, keyGroups * 4);
  const check = body.slice(keyGroups * 4, keyGroups * 4 + 4);
  if (check.length < 4 || [...digits, ...check].some(digit => !alphabet.includes(digit)))
    throw new BenchError('bad_input', 'There is no recovery key in this. It begins with VBRK1 and has 14 groups of 4.');
  const seed = fromDigits(digits);
  if (checkGroupOf(seed) !== check)
    throw new BenchError('bad_input', 'The recovery key was misread: its last group does not fit. Compare it again.');
  return describe(createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' }));
}

/** The public half as it is kept on a station. */
export function recoveryPublicKey(publicBase64: string): KeyObject {
  const x = Buffer.from(publicBase64, 'base64').toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
}

function describe(privateKey: KeyObject): RecoveryKey {
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  const checkGroup = checkGroupOf(seed);
  const groups = toDigits(seed).match(/.{4}/g) ?? [];
  return {
    privateKey,
    publicBase64: raw.toString('base64'),
    fingerprint: createHash('sha256').update(raw).digest('hex').slice(0, 32),
    text: [mark, ...groups, checkGroup].join('-'),
    checkGroup,
  };
}

function checkGroupOf(seed: Buffer): string {
  return toDigits(createHash('sha256').update('bench/v1/recovery-key\n').update(seed).digest()).slice(0, 4);
}

/** Five bits a digit, the highest first; the rest of the last digit is zero. */
function toDigits(bytes: Buffer): string {
  const count = Math.ceil((bytes.length * 8) / 5);
  const number = BigInt(`0x${bytes.toString('hex')}`) << BigInt(count * 5 - bytes.length * 8);
  return Array.from({ length: count }, (_, i) => alphabet[Number((number >> BigInt((count - 1 - i) * 5)) & 31n)]).join(
    '',
  );
}

function fromDigits(digits: string): Buffer {
  const number = [...digits].reduce((sum, digit) => (sum << 5n) | BigInt(alphabet.indexOf(digit)), 0n);
  return Buffer.from((number >> 4n).toString(16).padStart(64, '0').slice(-64), 'hex');
}
