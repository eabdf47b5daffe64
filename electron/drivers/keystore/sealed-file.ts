import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { BenchError } from '../../../shared/errors.ts';
import type { Random } from '../random/random.ts';

const cost = { N: 32_768, r: 8, p: 1 } as const;
const memoryLimitBytes = 128 * 1024 * 1024;

const Sealed = z.object({
  v: z.literal(1),
  kdf: z.literal('scrypt'),
  /** A file that asks for more is not ours: the bounds keep it from eating the machine. */
  N: z.int().min(1024).max(65_536),
  r: z.int().min(1).max(16),
  p: z.int().min(1).max(4),
  salt: z.base64(),
  iv: z.base64(),
  ct: z.base64(),
  tag: z.base64(),
});
type Sealed = z.infer<typeof Sealed>;

const Head = Sealed.omit({ iv: true, ct: true, tag: true });

/** A derived key with the head of the files it opens; deriving costs time and memory on purpose. */
export type SealKey = { readonly head: string; readonly key: Buffer };

const wrong = (cause: unknown) =>
  new BenchError(
    'keystore_unavailable',
    'The key file cannot be opened: the passphrase is wrong, or the file is damaged. Restore it from a backup.',
    { cause },
  );

function parseSealed(file: string): { sealed: Sealed; head: string } {
  try {
    const sealed = Sealed.parse(JSON.parse(file));
    return { sealed, head: JSON.stringify(Head.parse(sealed)) };
  } catch (cause) {
    throw wrong(cause);
  }
}

function derive(secret: Buffer, head: z.infer<typeof Head>): Promise<SealKey> {
  const { N, r, p, salt } = head;
  const limits = { N, r, p, maxmem: memoryLimitBytes };
  return new Promise((resolve, reject) => {
    scrypt(secret, Buffer.from(salt, 'base64'), 32, limits, (error, key) =>
      error ? reject(error) : resolve({ head: JSON.stringify(head), key }),
    );
  });
}

/** A key for a new file, by scrypt. */
export function newSealKey(secret: Buffer, random: Random): Promise<SealKey> {
  return derive(secret, { v: 1, kdf: 'scrypt', ...cost, salt: random.bytes(16).toString('base64') });
}

/** The key for an existing file; `known` when that is the one. Throws `keystore_unavailable` when it is no such file. */
export async function sealKeyOf(file: string, known: SealKey | null, secret: () => Promise<Buffer>): Promise<SealKey> {
  const { sealed, head } = parseSealed(file);
  return known?.head === head ? known : derive(await secret(), Head.parse(sealed));
}

/** Encrypts with AES-256-GCM, the head included in what is protected. Returns the text of the file. */
export function seal({ head, key }: SealKey, text: string, random: Random): string {
  const iv = random.bytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(head));
  const ct = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const sealed: Sealed = {
    ...Head.parse(JSON.parse(head)),
    iv: iv.toString('base64'),
    ct: ct.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
  return `${JSON.stringify(sealed)}\n`;
}

/** Undoes `seal`; throws `keystore_unavailable` when the file is damaged or the key is another. */
export function unseal({ head, key }: SealKey, file: string): string {
  const { sealed } = parseSealed(file);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(sealed.iv, 'base64'), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(head));
    decipher.setAuthTag(Buffer.from(sealed.tag, 'base64'));
    return Buffer.concat([decipher.update(Buffer.from(sealed.ct, 'base64')), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw wrong(cause);
  }
}

/** The text of a file, or null when there is none. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Puts a file readable by its owner alone in place, whole or not at all, durable when this resolves. */
export async function replaceFile(path: string, text: string, random: Random): Promise<void> {
  const temporary = `${path}.${random.uuid()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  // Windows opens no folders; there the rename itself is as durable as it gets.
  if (process.platform === 'win32') return;
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
