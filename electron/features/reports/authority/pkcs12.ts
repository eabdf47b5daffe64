import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { type AuthenticatedSafe, CertBag, Certificate, PFX, PKCS8ShroudedKeyBag, SafeContents } from 'pkijs';
import { BenchError } from '../../../../shared/errors.ts';

export type OpenedPkcs12 = { keyPem: string; certificatePem: string; issuerPem: string };

/**
 * Takes key, certificate and the certificate of its authority out of a PKCS#12 file. Throws `bad_input`, saying whether
 * the password, the encryption or the content is the trouble.
 */
export async function openPkcs12(file: Uint8Array, password: string): Promise<OpenedPkcs12> {
  const safes = await openSafes(file, password);
  const bags = safes.flatMap(safe => safe.safeBags.map(bag => bag.bagValue));
  const keys = bags.flatMap(bag => (bag instanceof PKCS8ShroudedKeyBag ? [openKey(bag, password)] : []));
  const certificates = bags.flatMap(bag => {
    const parsed: unknown = bag instanceof CertBag ? bag.parsedValue : null;
    return parsed instanceof Certificate ? [new X509Certificate(Buffer.from(parsed.toSchema().toBER()))] : [];
  });
  const [key, ...others] = keys;
  if (!key || others.length > 0) throw bad('The file must hold exactly one private key.');
  const certificate = certificates.find(each => each.checkPrivateKey(key));
  if (!certificate) throw bad('The file holds no certificate for its private key.');
  const issuer = certificates.find(each => each !== certificate && certificate.checkIssued(each));
  if (!issuer)
    throw bad('The file does not hold the certificate of the issuing authority. Export it with the whole chain.');
  return {
    keyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificatePem: certificate.toString(),
    issuerPem: issuer.toString(),
  };
}

const bad = (message: string, cause?: unknown) => new BenchError('bad_input', message, { cause });

async function openSafes(file: Uint8Array, text: string): Promise<SafeContents[]> {
  const password = Uint8Array.from(Buffer.from(text, 'utf8')).buffer;
  let safe: AuthenticatedSafe | undefined;
  try {
    const pfx = PFX.fromBER(Uint8Array.from(file));
    await pfx.parseInternalValues({ password, checkIntegrity: true });
    safe = pfx.parsedValue?.authenticatedSafe;
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : '';
    throw bad(
      /integrity/i.test(words)
        ? 'The password of the file is wrong, or the file was changed.'
        : 'This is not a PKCS#12 file (.p12 or .pfx) that can be read.',
      cause,
    );
  }
  try {
    if (!safe) return [];
    await safe.parseInternalValues({ safeContents: safe.safeContents.map(() => ({ password })) });
    const parsed: unknown = safe.parsedValue;
    return safesOf(parsed);
  } catch (cause) {
    throw bad('The file uses an old encryption. Export it again with AES-256 (PBES2).', cause);
  }
}

function safesOf(parsed: unknown): SafeContents[] {
  if (typeof parsed !== 'object' || parsed === null || !('safeContents' in parsed)) return [];
  const list = Array.isArray(parsed.safeContents) ? (parsed.safeContents as unknown[]) : [];
  return list.flatMap(entry =>
    typeof entry === 'object' && entry !== null && 'value' in entry && entry.value instanceof SafeContents
      ? [entry.value]
      : [],
  );
}

/** The bag is an encrypted PKCS#8 key as OpenSSL reads it. */
function openKey(bag: PKCS8ShroudedKeyBag, passphrase: string): KeyObject {
  try {
    const der = Buffer.from(bag.toSchema().toBER());
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8', passphrase });
  } catch (cause) {
    throw bad('The private key in the file cannot be decrypted. Export it again with AES-256 (PBES2).', cause);
  }
}
