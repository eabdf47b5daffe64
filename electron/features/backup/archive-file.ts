import { createCipheriv, createDecipheriv, createHash, type KeyObject, randomBytes } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { z } from 'zod';
import { BenchError } from '../../../shared/errors.ts';
import { Instant } from '../../../shared/ids.ts';

/** First line of every backup; the second is its head as JSON. */
const magic = 'veriqko-backup-1';
const chunkBytes = 64 * 1024;
const tagBytes = 16;
const mostHeadBytes = 16 * 1024;

const Head = z.object({
  id: z.uuid(),
  station: z.uuid(),
  createdAt: Instant,
  fingerprint: z.string(),
  /** Compact JWE of the content key to the recovery key. */
  key: z.string(),
});
export type Head = z.infer<typeof Head>;

const unusable = (words: string, cause?: unknown) =>
  new BenchError('backup_unusable', `${words} Take another copy or an older backup.`, { cause });

/** Seals a secret to the recovery key; `subject` says what it is and is protected with it. */
export function sealTo(recovery: KeyObject, subject: string, secret: Uint8Array): Promise<string> {
  const header = { alg: 'ECDH-ES', enc: 'A256GCM', kid: 'recovery', sub: subject };
  return new CompactEncrypt(secret).setProtectedHeader(header).encrypt(recovery);
}

/** Opens what `sealTo` sealed. Throws `recovery_key_wrong` when the key is another one or it was sealed as something else. */
export async function openSealed(recovery: KeyObject, subject: string, jwe: string): Promise<Buffer> {
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(jwe, recovery, {
      keyManagementAlgorithms: ['ECDH-ES'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    if (protectedHeader.sub === subject) return Buffer.from(plaintext);
  } catch {
    // Said below: why it does not open is not for the reader to know.
  }
  throw new BenchError('recovery_key_wrong', 'This recovery key does not open this backup. Compare the fingerprints.');
}

export type ArchiveWriter = { write(bytes: Uint8Array): void; end(): void };

/**
 * Writes an encrypted file in chunks of AES-256-GCM. The nonce counts the chunks and marks the last one, so that none
 * can be left out, moved or cut off unseen; the head is authenticated with each. `end` makes it durable.
 */
export function createArchiveWriter(path: string, head: Head, contentKey: Buffer): ArchiveWriter {
  const file = openSync(path, 'wx', 0o600);
  const opening = Buffer.from(`${magic}\n${JSON.stringify(Head.parse(head))}\n`);
  const aad = createHash('sha256').update(opening).digest();
  let counter = 0;
  let waiting = Buffer.alloc(0);
  const put = (bytes: Uint8Array) => {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
  };
  const seal = (plain: Uint8Array, last: boolean) => {
    const cipher = createCipheriv('aes-256-gcm', contentKey, nonce(counter++, last)).setAAD(aad);
    put(Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
  };
  try {
    put(opening);
  } catch (error) {
    closeSync(file);
    throw error;
  }
  return {
    write(bytes) {
      waiting = Buffer.concat([waiting, bytes]);
      for (; waiting.length > chunkBytes; waiting = waiting.subarray(chunkBytes))
        seal(waiting.subarray(0, chunkBytes), false);
    },
    end() {
      try {
        seal(waiting, true);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    },
  };
}

export type OpenArchive = { head: Head; chunks(contentKey: Buffer): Generator<Buffer>; close(): void };

/** Opens a backup and reads its head, which is not secret. Throws `not_found` and `backup_unusable`. */
export function openArchive(path: string): OpenArchive {
  const file = open(path);
  try {
    const { head, opening } = readHead(file);
    const aad = createHash('sha256').update(opening).digest();
    return {
      head,
      *chunks(contentKey) {
        const size = fstatSync(file).size;
        const sealed = Buffer.alloc(chunkBytes + tagBytes);
        let at = opening.length;
        for (let counter = 0; at < size; counter++) {
          const read = readSync(file, sealed, 0, sealed.length, at);
          at += read;
          yield unseal(sealed.subarray(0, read), contentKey, nonce(counter, at >= size), aad);
        }
        if (size === opening.length) throw unusable('The backup ends after its head.');
      },
      close: () => closeSync(file),
    };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

export function newContentKey(): Buffer {
  return randomBytes(32);
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new BenchError('not_found', 'The backup cannot be opened. Check the name of the file.', { cause });
  }
}

function readHead(file: number): { head: Head; opening: Buffer } {
  const start = Buffer.alloc(mostHeadBytes);
  const bytes = start.subarray(0, readSync(file, start, 0, start.length, 0));
  const first = bytes.indexOf('\n');
  const second = bytes.indexOf('\n', first + 1);
  if (first < 0 || bytes.subarray(0, first).toString() !== magic || second < 0)
    throw unusable('This is no backup of a bench.');
  try {
    return {
      head: Head.parse(JSON.parse(bytes.subarray(first + 1, second).toString())),
      opening: bytes.subarray(0, second + 1),
    };
  } catch (cause) {
    throw unusable('The head of the backup is damaged.', cause);
  }
}

function unseal(sealed: Buffer, key: Buffer, iv: Buffer, aad: Buffer): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes }).setAAD(aad);
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]);
  } catch (cause) {
    throw unusable('The backup is cut short or was altered.', cause);
  }
}

function nonce(counter: number, last: boolean): Buffer {
  const iv = Buffer.alloc(12);
  iv.writeBigUInt64BE(BigInt(counter), 3);
  iv[11] = last ? 1 : 0;
  return iv;
}
