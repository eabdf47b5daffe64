import { createPrivateKey, generateKeyPairSync, type KeyObject, scrypt } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { z } from 'zod';
import { type SignedDirectory, SiteDirectory } from '../../../shared/directory.ts';
import { BenchError } from '../../../shared/errors.ts';
import { directoryKeyName, openDirectoryNote, signDirectory } from '../../../shared/tlog/directory-note.ts';
import { signHandover } from '../../../shared/tlog/handover-note.ts';
import { createNoteSigner } from '../../../shared/tlog/note.ts';
import type { Keystore } from '../../drivers/keystore/keystore.ts';
import type { Random } from '../../drivers/random/random.ts';

const entry = 'site-directory';
/** About 64 MiB and a third of a second: a passphrase is tried in no bulk. */
const cost = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };

const Stored = z.object({ site: z.uuid(), signing: z.string(), sealing: z.base64() });
type Stored = z.infer<typeof Stored>;

const notOurs = 'This directory is not signed by the key of this site, or was altered.';

/** The keys of a site: every bench of it can read its directory, and an admin at any of them can change it. */
export function siteKeysFrom(stored: Stored) {
  const signingKey: KeyObject = createPrivateKey(stored.signing);
  const sealing = Buffer.from(stored.sealing, 'base64');
  const { site } = stored;
  const signer = createNoteSigner(directoryKeyName(site), signingKey);

  return {
    site,
    stored,
    vkey: signer.vkey,
    async seal(directory: SiteDirectory): Promise<SignedDirectory> {
      const sealed = await sealWith(sealing, directory);
      return { sealed, note: signDirectory({ site, version: directory.version, sealed }, signer) };
    },
    /** What the site's key says of a file by which a job leaves a bench of it. */
    vouchFor: (about: { logVkey: string; payload: string }): string => signHandover({ site, ...about }, signer),
    /** Throws `bad_input` for what the key of this site did not sign. */
    async open(signed: SignedDirectory): Promise<SiteDirectory> {
      try {
        const head = openDirectoryNote(signed, signer.vkey);
        const directory = SiteDirectory.parse(await openWith(sealing, signed.sealed));
        if (directory.site === site && directory.version === head.version) return directory;
      } catch (cause) {
        throw new BenchError('bad_input', notOurs, { cause });
      }
      throw new BenchError('bad_input', notOurs);
    },
  };
}

export type SiteKeys = ReturnType<typeof siteKeysFrom>;

/** The keys that this bench has; null while it belongs to no site. */
export async function readSiteKeys(keystore: Keystore): Promise<SiteKeys | null> {
  const text = await keystore.get(entry);
  return text === null ? null : siteKeysFrom(Stored.parse(JSON.parse(text)));
}

export async function keepSiteKeys(keystore: Keystore, { stored }: SiteKeys): Promise<void> {
  await keystore.set(entry, JSON.stringify(stored));
}

export function makeSiteKeys(random: Random): SiteKeys {
  const { privateKey } = generateKeyPairSync('ed25519');
  return siteKeysFrom({
    site: random.uuid(),
    signing: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    sealing: random.bytes(32).toString('base64'),
  });
}

/** The keys of the site behind a passphrase. */
export async function sealInvitation({ stored }: SiteKeys, passphrase: string, random: Random) {
  const salt = random.bytes(16);
  return { salt: salt.toString('base64'), sealed: await sealWith(await stretched(passphrase, salt), stored) };
}

/** Throws `bad_input` when the passphrase is another one. */
export async function openInvitation(
  invitation: { salt: string; sealed: string },
  passphrase: string,
): Promise<SiteKeys> {
  const key = await stretched(passphrase, Buffer.from(invitation.salt, 'base64'));
  try {
    return siteKeysFrom(Stored.parse(await openWith(key, invitation.sealed)));
  } catch (cause) {
    throw new BenchError('bad_input', 'The passphrase does not open this invitation.', { cause });
  }
}

function stretched(passphrase: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, 32, cost, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

function sealWith(key: Buffer, value: unknown): Promise<string> {
  return new CompactEncrypt(Buffer.from(JSON.stringify(value), 'utf8'))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(key);
}

async function openWith(key: Buffer, sealed: string): Promise<unknown> {
  const algorithms = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
  const { plaintext } = await compactDecrypt(sealed, key, algorithms);
  return JSON.parse(Buffer.from(plaintext).toString('utf8'));
}
