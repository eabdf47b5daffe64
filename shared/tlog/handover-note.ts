import { directoryKeyName } from './directory-note.ts';
import { TlogError } from './errors.ts';
import { sha256 } from './hash.ts';
import { joinNote, type NoteSigner, openNote, parseVkey } from './note.ts';

/** A bench of the site says: this file comes from the log with this key. `payload` is its text. */
export function signHandover(
  { site, logVkey, payload }: { site: string; logVkey: string; payload: string },
  signer: NoteSigner,
): string {
  const text = textOf(site, logVkey, payload);
  return joinNote(text, [signer.sign(text)]);
}

/** Throws a TlogError unless the key of this site signed exactly this. */
export function checkHandoverNote(
  note: string,
  { site, logVkey, payload }: { site: string; logVkey: string; payload: string },
  siteVkey: string,
): void {
  const key = parseVkey(siteVkey);
  const { text } = openNote(note, [key]);
  if (key.name !== directoryKeyName(site) || text !== textOf(site, logVkey, payload))
    throw new TlogError('bad_note', 'this is no note about this file');
}

function textOf(site: string, logVkey: string, payload: string): string {
  return `handover/${site}\n${logVkey}\n${sha256(Buffer.from(payload)).toString('base64')}\n`;
}
