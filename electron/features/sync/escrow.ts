import { createPublicKey, type KeyObject } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { BenchError } from '../../../shared/errors.ts';
import { openNote, parseVkey } from '../../../shared/tlog/note.ts';
import type { Database } from '../../database/database.ts';
import type { Central } from '../../drivers/central/central.ts';
import type { Journal } from '../journal/journal.ts';
import type { StationKeys } from '../journal/station-keys.ts';
import type { Subjects } from '../journal/subjects.ts';
import type { Settings } from '../station/settings.ts';
import type { Errand } from './errands.ts';

const mostKeys = 1_000;

type Deps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  settings: Settings;
  /** Open what comes back. */
  stationKeys: StationKeys;
  /** Public half of the recovery key; null while there is none. */
  recoveryKey(): KeyObject | null;
  log(line: Record<string, unknown>): void;
};

/**
 * Keys of subjects in escrow at the server, each sealed to the server, to the recovery key and to this very station, as
 * one JWE for each: JWEs with many recipients need a key wrap that not every crypto library of a desktop has.
 */
export function createEscrow(deps: Deps): { upload: Errand; fetch: Errand } {
  const { database, journal, subjects, settings, stationKeys, log } = deps;

  const recipients = async (server: Central, signal: AbortSignal): Promise<[kid: string, key: KeyObject][]> => {
    const serverKey = escrowKeyOf(await server.escrowKey(signal), settings.get('fleet-vkey') ?? '');
    const recovery = deps.recoveryKey();
    const own = createPublicKey(stationKeys.current().encryption);
    return [
      ['server', serverKey],
      ...(recovery ? [['recovery', recovery] as [string, KeyObject]] : []),
      ['station', own],
    ];
  };

  const open = async (sealed: readonly string[], subject: string): Promise<Buffer | null> => {
    const tries = stationKeys.decryption().flatMap(key => sealed.map(jwe => ({ jwe, key })));
    for (const { jwe, key } of tries) {
      try {
        const { plaintext, protectedHeader } = await compactDecrypt(jwe, key, {
          keyManagementAlgorithms: ['ECDH-ES'],
          contentEncryptionAlgorithms: ['A256GCM'],
        });
        if (protectedHeader.sub === subject && plaintext.length === 32) return Buffer.from(plaintext);
      } catch {
        // Sealed to somebody else.
      }
    }
    return null;
  };

  /** The answer to an earlier attempt got lost: what is there is this very key, or it is not escrowed. */
  const isSame = async (server: Central, subject: string, dek: Buffer, signal: AbortSignal): Promise<boolean> => {
    const sealed = await server.key(subject, signal);
    return Array.isArray(sealed) && (await open(sealed, subject))?.equals(dek) === true;
  };

  return {
    async upload(server, signal) {
      const waiting = subjects.notInEscrow(mostKeys);
      if (waiting.length === 0) return;
      const to = await recipients(server, signal);
      for (const subject of waiting) {
        const dek = subjects.dek(subject);
        if (!dek) continue;
        const sealed = await Promise.all(to.map(([kid, key]) => seal(dek, subject, kid, key)));
        const answer = await server.putKey(subject, sealed, signal);
        if (answer === 'stored' || (answer === 'differs' && (await isSame(server, subject, dek, signal))))
          subjects.markInEscrow(subject);
        else if (answer === 'differs') log({ level: 'error', event: 'sync.escrow_differs' });
      }
    },
    async fetch(server, signal) {
      let back = 0;
      for (const subject of subjects.wanted()) {
        const sealed = await server.key(subject, signal);
        // Nothing there, or forgotten meanwhile: the order comes by itself.
        if (!Array.isArray(sealed)) continue;
        const dek = await open(sealed, subject);
        if (!dek) throw new BenchError('server_refused', 'A key that came back from escrow does not open.');
        subjects.takeBack(subject, dek);
        back++;
      }
      if (back > 0)
        database.write(tx => journal.append(tx, { type: 'subject.keys_returned', data: { subjects: back } }));
    },
  };
}

function seal(dek: Buffer, subject: string, kid: string, key: KeyObject): Promise<string> {
  return new CompactEncrypt(dek).setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid, sub: subject }).encrypt(key);
}

/** The server's X25519 key from a note that the pinned fleet key signed; throws `server_unreachable` for any other. */
function escrowKeyOf(note: string, fleetVkey: string): KeyObject {
  try {
    const { text } = openNote(note, [parseVkey(fleetVkey)]);
    const [, base64] = /^[^\n]+\/escrow\nx25519\n([A-Za-z0-9+/]{43}=)\n$/.exec(text) ?? [];
    const x = Buffer.from(base64 ?? '', 'base64').toString('base64url');
    return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
  } catch (cause) {
    throw new BenchError('server_unreachable', 'The key to seal to is not signed by the server.', { cause });
  }
}
