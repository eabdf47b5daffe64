import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { TlogError } from './errors.ts';
import { sha256 } from './hash.ts';

/** C2SP signed-note key types that this project uses. */
const algorithms = { ed25519: 1, cosignature: 4 } as const;
export type NoteAlgorithm = keyof typeof algorithms;

export type VerifierKey = {
  readonly name: string;
  /** First four bytes of the key hash, hex. */
  readonly id: string;
  readonly algorithm: NoteAlgorithm;
  readonly publicKey: KeyObject;
  readonly vkey: string;
};

export type NoteSigner = {
  readonly name: string;
  readonly vkey: string;
  /** One signature line over the note's text. */
  sign(text: string): string;
};

export type NoteSignature = { name: string; algorithm: NoteAlgorithm; timeS?: number };

const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');
const maxNote = 65_536;
const dash = '\u2014';

function rawPublicKey(key: KeyObject): Buffer {
  if (key.asymmetricKeyType !== 'ed25519') throw new TlogError('bad_key', 'the key is no Ed25519 key');
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
}

function keyId(name: string, algorithm: NoteAlgorithm, raw: Uint8Array): Buffer {
  return sha256(Buffer.from(`${name}\n`), Buffer.from([algorithms[algorithm]]), raw).subarray(0, 4);
}

/** `name+id+base64(type ‖ key)`, the one string by which a key is known. */
export function formatVkey(name: string, algorithm: NoteAlgorithm, publicKey: KeyObject): string {
  if (!/^[^\s+]+$/u.test(name)) throw new TlogError('bad_key', 'a key name has no space and no plus sign');
  const raw = rawPublicKey(publicKey);
  const encoded = Buffer.concat([Buffer.from([algorithms[algorithm]]), raw]).toString('base64');
  return `${name}+${keyId(name, algorithm, raw).toString('hex')}+${encoded}`;
}

/** Throws `bad_key` for anything that is not exactly a verifier key of a known type. */
export function parseVkey(text: string): VerifierKey {
  const [, name, id, encoded] = /^([^\s+]{1,512})\+([0-9a-f]{8})\+([A-Za-z0-9+/=]{1,128})$/u.exec(text) ?? [];
  if (name === undefined || id === undefined || encoded === undefined)
    throw new TlogError('bad_key', 'this is no verifier key');
  const bytes = Buffer.from(encoded, 'base64');
  const algorithm = (Object.keys(algorithms) as NoteAlgorithm[]).find(a => algorithms[a] === bytes[0]);
  const raw = bytes.subarray(1);
  if (!algorithm || raw.length !== 32 || bytes.toString('base64') !== encoded)
    throw new TlogError('bad_key', 'the verifier key is of no known type');
  if (keyId(name, algorithm, raw).toString('hex') !== id)
    throw new TlogError('bad_key', 'the verifier key does not fit its own id');
  const publicKey = createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: 'der', type: 'spki' });
  return { name, id, algorithm, publicKey, vkey: text };
}

function signatureLine(name: string, id: Buffer, signature: Buffer): string {
  return `${dash} ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
}

/** Signs notes with a plain Ed25519 key under the given name. */
export function createNoteSigner(name: string, privateKey: KeyObject): NoteSigner {
  const vkey = formatVkey(name, 'ed25519', privateKey);
  const id = keyId(name, 'ed25519', rawPublicKey(privateKey));
  return { name, vkey, sign: text => signatureLine(name, id, sign(null, Buffer.from(text), privateKey)) };
}

const cosigned = (text: string, timeS: number | bigint) => Buffer.from(`cosignature/v1\ntime ${timeS}\n${text}`);

/** Cosigns checkpoints (tlog-cosignature v1) with the time at which it did; `nowS` in seconds since 1970. */
export function createCosigner(name: string, privateKey: KeyObject, nowS: () => number): NoteSigner {
  const vkey = formatVkey(name, 'cosignature', privateKey);
  const id = keyId(name, 'cosignature', rawPublicKey(privateKey));
  return {
    name,
    vkey,
    sign(text) {
      const timeS = nowS();
      const stamp = Buffer.alloc(8);
      stamp.writeBigUInt64BE(BigInt(timeS));
      return signatureLine(name, id, Buffer.concat([stamp, sign(null, cosigned(text, timeS), privateKey)]));
    },
  };
}

/** A note from its text (ending in a newline) and signature lines. */
export function joinNote(text: string, lines: readonly string[]): string {
  return `${text}\n${lines.join('')}`;
}

type Line = { name: string; id: string; signature: Buffer };

function splitNote(note: string): { text: string; lines: Line[] } {
  if (note.length > maxNote) throw new TlogError('bad_note', 'the note is too long');
  const cut = note.lastIndexOf('\n\n');
  if (cut < 0 || !note.endsWith('\n')) throw new TlogError('bad_note', 'this is no signed note');
  const lines = note
    .slice(cut + 2)
    .split('\n')
    .slice(0, -1);
  if (lines.length === 0 || lines.length > 64)
    throw new TlogError('bad_note', 'the note has no signatures or too many');
  return { text: note.slice(0, cut + 1), lines: lines.map(parseLine) };
}

function parseLine(line: string): Line {
  const [, name, encoded] = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/u.exec(line) ?? [];
  if (name === undefined || encoded === undefined) throw new TlogError('bad_note', 'a signature line is malformed');
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length < 5 || bytes.toString('base64') !== encoded)
    throw new TlogError('bad_note', 'a signature line is malformed');
  return { name, id: bytes.subarray(0, 4).toString('hex'), signature: bytes.subarray(4) };
}

function checkLine(text: string, { signature }: Line, key: VerifierKey): NoteSignature {
  const { name, algorithm, publicKey } = key;
  const stamped = algorithm === 'cosignature';
  if (signature.length !== (stamped ? 72 : 64))
    throw new TlogError('bad_signature', `the signature of ${name} has the wrong length`);
  const timeS = stamped ? signature.readBigUInt64BE() : null;
  const message = timeS === null ? Buffer.from(text) : cosigned(text, timeS);
  if (!verify(null, message, publicKey, signature.subarray(stamped ? 8 : 0))) {
    throw new TlogError('bad_signature', `the signature of ${name} is wrong`);
  }
  return timeS === null ? { name, algorithm } : { name, algorithm, timeS: Number(timeS) };
}

/**
 * Text of a note and the known signatures on it. Lines of unknown keys are ignored; throws `bad_signature` when a known
 * one is wrong and `no_known_signature` when none is known.
 */
export function openNote(note: string, keys: readonly VerifierKey[]): { text: string; signatures: NoteSignature[] } {
  const { text, lines } = splitNote(note);
  const signatures = lines.flatMap(line => {
    const key = keys.find(k => k.name === line.name && k.id === line.id);
    return key ? [checkLine(text, line, key)] : [];
  });
  if (signatures.length === 0) throw new TlogError('no_known_signature', 'none of the expected keys signed this note');
  return { text, signatures };
}
