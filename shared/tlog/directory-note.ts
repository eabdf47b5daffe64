import { TlogError } from './errors.ts';
import { sha256 } from './hash.ts';
import { joinNote, type NoteSigner, openNote, parseVkey } from './note.ts';

export type DirectoryHead = { site: string; version: number; sha256: string };

/** Name of the key that signs the directories of a site. */
export function directoryKeyName(site: string): string {
  return `directory/${site}`;
}

/** Signed head of a sealed directory: site, version, base64 of SHA-256 of the sealed text. */
export function signDirectory(
  { site, version, sealed }: { site: string; version: number; sealed: string },
  signer: NoteSigner,
): string {
  const text = `${directoryKeyName(site)}\n${version}\n${digest(sealed)}\n`;
  return joinNote(text, [signer.sign(text)]);
}

/** The head that this key signed over these very bytes; throws a TlogError for anything else. */
export function openDirectoryNote(signed: { note: string; sealed: string }, vkey: string): DirectoryHead {
  const key = parseVkey(vkey);
  const { text } = openNote(signed.note, [key]);
  const [, site, version, hash] =
    /^directory\/([0-9a-f-]{36})\n([1-9]\d{0,14})\n([A-Za-z0-9+/]{43}=)\n$/.exec(text) ?? [];
  if (site === undefined || hash === undefined || key.name !== directoryKeyName(site) || hash !== digest(signed.sealed))
    throw new TlogError('bad_note', 'this is no head of these directory bytes');
  return { site, version: Number(version), sha256: hash };
}

function digest(sealed: string): string {
  return sha256(Buffer.from(sealed)).toString('base64');
}
