import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBatch, encodeBatch } from '../../shared/tlog/batch.ts';
import { decodeBundle, encodeBundle } from '../../shared/tlog/bundle.ts';
import { formatCheckpoint, parseCheckpoint } from '../../shared/tlog/checkpoint.ts';
import { directoryKeyName, openDirectoryNote, signDirectory } from '../../shared/tlog/directory-note.ts';
import { decodeEntry, encodeEntry, entryAddress } from '../../shared/tlog/entry.ts';
import { TlogError } from '../../shared/tlog/errors.ts';
import { sha256 } from '../../shared/tlog/hash.ts';
import { rotationIn } from '../../shared/tlog/key-chain.ts';
import { decodeFrontier } from '../../shared/tlog/merkle.ts';
import { createNoteSigner, joinNote, openNote, parseVkey } from '../../shared/tlog/note.ts';
import { blobKey, openPii, sealPii } from '../../shared/tlog/pii.ts';
import { formatTlogProof, parseTlogProof } from '../../shared/tlog/proof.ts';
import { tileRoot } from '../../shared/tlog/tile.ts';
import { hostile } from '../support/mutations.ts';
import { someEntry } from './some-entry.ts';

const origin = 'audit.example/s/1/0';
const key = generateKeyPairSync('ed25519').privateKey;
const signer = createNoteSigner(origin, key);
const root = sha256(Buffer.from('root'));
const hashes = [root, sha256(Buffer.from('other'))];
const text = formatCheckpoint({ origin, size: 1_234, root });
const note = joinNote(text, [signer.sign(text)]);
const entry = encodeEntry(someEntry({ seq: 3, origin, data: { a: ['ä', null, true, -5], b: { c: 'text' } } }));
const keys = [parseVkey(signer.vkey)];

const site = '0195c1d2-0000-7000-8000-000000000001';
const siteSigner = createNoteSigner(directoryKeyName(site), key);
const directory = signDirectory({ site, version: 3, sealed: 'sealed' }, siteSigner);

const address = { dek: sha256(Buffer.from('subject')), origin, seq: 9, slot: 1 };
const value = { name: 'somebody' };
const sealed = sealPii({ ...address, value, iv: Buffer.alloc(12, 1) });

const utf8 = (bytes: Buffer) => bytes.toString('utf8');
const batch = encodeBatch({ oldSize: 1_230, proof: hashes, note, entries: [entry, Buffer.from('{}')] });
const proof = formatTlogProof({ index: 7, proof: hashes, note, extra: Buffer.from('more about it') });

/** A valid message, and the function that reads it for somebody who does not know who wrote it. */
const readers: [name: string, valid: Uint8Array, read: (bytes: Buffer) => unknown][] = [
  ['verifier keys', Buffer.from(signer.vkey), bytes => parseVkey(utf8(bytes))],
  ['notes', Buffer.from(note), bytes => openNote(utf8(bytes), keys)],
  ['checkpoints', Buffer.from(text), bytes => parseCheckpoint(utf8(bytes))],
  ['proofs', Buffer.from(proof), bytes => parseTlogProof(utf8(bytes))],
  ['entry bundles', encodeBundle([entry, Buffer.alloc(0), entry]), bytes => decodeBundle(bytes)],
  ['batches', batch, bytes => decodeBatch(bytes)],
  ['entries', entry, bytes => decodeEntry(bytes)],
  ['frontiers', Buffer.concat(hashes), bytes => decodeFrontier(3, bytes)],
  [
    'heads of directories',
    Buffer.from(directory),
    b => openDirectoryNote({ note: utf8(b), sealed: 'sealed' }, siteSigner.vkey),
  ],
  ['sealed values', sealed.ct, ct => openPii({ ...sealed, key: blobKey(address), ct })],
];

test.each(readers)('%s: a wounded one is read as what it says or refused by name', (_, valid, read) => {
  expect(() => read(Buffer.from(valid))).not.toThrow();
  let refused = 0;
  fc.assert(
    fc.property(hostile(valid), bytes => {
      try {
        read(bytes);
      } catch (error) {
        if (!(error instanceof TlogError)) throw error;
        refused++;
      }
    }),
    { numRuns: 1_000 },
  );
  expect(refused).toBeGreaterThan(0);
});

test('what was signed or sealed opens as it was or not at all', () => {
  const orNull = <T>(read: () => T): T | null => {
    try {
      return read();
    } catch {
      return null;
    }
  };
  fc.assert(
    fc.property(hostile(Buffer.from(note)), hostile(sealed.ct), (wounded, ct) => {
      expect(orNull(() => openNote(utf8(wounded), keys).text) ?? text).toBe(text);
      expect(orNull(() => openPii({ ...sealed, key: blobKey(address), ct })) ?? value).toEqual(value);
    }),
    { numRuns: 1_000 },
  );
});

test('what only looks into entries never stops for what stands in them', () => {
  fc.assert(
    fc.property(hostile(entry), bytes => {
      entryAddress(bytes);
      const [known] = keys;
      if (known) expect(rotationIn(bytes, known)).toBeNull();
    }),
    { numRuns: 1_000 },
  );
});

test('numbers that claim more than there is allocate nothing for it', () => {
  const claim = Buffer.concat([Buffer.from('ffffffff', 'hex'), Buffer.alloc(10)]);
  expect(() => decodeBatch(claim)).toThrow(TlogError);
  expect(() => decodeBundle(Buffer.from('ffff00', 'hex'))).toThrow(TlogError);
  expect(() => decodeBundle(Buffer.alloc(200_000))).toThrow(expect.objectContaining({ code: 'too_many' }));
  expect(() => tileRoot(Buffer.alloc(31))).toThrow();
});
