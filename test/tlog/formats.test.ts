import { createHash, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBatch, encodeBatch } from '../../shared/tlog/batch.ts';
import { decodeBundle, encodeBundle } from '../../shared/tlog/bundle.ts';
import { formatCheckpoint, parseCheckpoint } from '../../shared/tlog/checkpoint.ts';
import { decodeEntry, encodeEntry } from '../../shared/tlog/entry.ts';
import { TlogError } from '../../shared/tlog/errors.ts';
import { decodeFrontier } from '../../shared/tlog/merkle.ts';
import { createCosigner, createNoteSigner, formatVkey, joinNote, openNote, parseVkey } from '../../shared/tlog/note.ts';
import { blobKey, openPii, openPiiWithDek, sealPii } from '../../shared/tlog/pii.ts';
import { formatTlogProof, parseTlogProof } from '../../shared/tlog/proof.ts';
import { flip } from './reference-tree.ts';
import { someEntry } from './some-entry.ts';

const origin = 'audit.example/s/1/0';
const logKey = generateKeyPairSync('ed25519').privateKey;
const signer = createNoteSigner(origin, logKey);
const cosigner = createCosigner('witness.example', generateKeyPairSync('ed25519').privateKey, () => 1_767_225_600);
const keys = [parseVkey(signer.vkey), parseVkey(cosigner.vkey)];
const root = createHash('sha256').update('root').digest();
const hashes = [root, createHash('sha256').update('other').digest()];
const text = formatCheckpoint({ origin, size: 1_234, root });
const note = joinNote(text, [signer.sign(text), cosigner.sign(text)]);

const faultOf = (run: () => unknown) => {
  try {
    run();
    return null;
  } catch (error) {
    return error instanceof TlogError ? error.code : error;
  }
};

describe('verifier keys', () => {
  test('say who, what and which', () => {
    const [log, witness] = keys;
    expect(log).toMatchObject({ name: origin, algorithm: 'ed25519' });
    expect(witness).toMatchObject({ name: 'witness.example', algorithm: 'cosignature' });
    expect(formatVkey(origin, 'ed25519', logKey)).toBe(signer.vkey);
  });

  test('one changed character makes another key or none', () => {
    for (let at = 0; at < signer.vkey.length; at++) {
      const changed = `${signer.vkey.slice(0, at)}${signer.vkey[at] === 'A' ? 'B' : 'A'}${signer.vkey.slice(at + 1)}`;
      expect(faultOf(() => parseVkey(changed))).toBe('bad_key');
    }
  });

  test('names with a space or a plus sign and keys of another kind are refused', () => {
    expect(faultOf(() => formatVkey('a b', 'ed25519', logKey))).toBe('bad_key');
    expect(faultOf(() => formatVkey('a+b', 'ed25519', logKey))).toBe('bad_key');
    const other = generateKeyPairSync('x25519').publicKey;
    expect(faultOf(() => formatVkey(origin, 'ed25519', other))).toBe('bad_key');
  });
});

describe('notes', () => {
  test('signature and cosignature are both read', () => {
    expect(openNote(note, keys)).toEqual({
      text,
      signatures: [
        { name: origin, algorithm: 'ed25519' },
        { name: 'witness.example', algorithm: 'cosignature', timeS: 1_767_225_600 },
      ],
    });
  });

  test('no bit of a note can be turned unnoticed', () => {
    const bytes = Buffer.from(note);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const turned = flip(bytes, bit).toString('utf8');
      const fault = faultOf(() => {
        const { signatures } = openNote(turned, keys);
        // A line whose name or key id was touched is nobody's any more: then one signature is missing.
        if (signatures.length < 2) throw new TlogError('no_known_signature', 'a signature is gone');
      });
      expect(fault).toMatch(/^(bad_note|bad_signature|no_known_signature)$/);
    }
  });

  test('unknown signatures are passed over, and none known is an error', () => {
    const stranger = createNoteSigner('stranger.example', generateKeyPairSync('ed25519').privateKey);
    const three = joinNote(text, [stranger.sign(text), signer.sign(text)]);
    expect(openNote(three, keys).signatures).toEqual([{ name: origin, algorithm: 'ed25519' }]);
    expect(faultOf(() => openNote(joinNote(text, [stranger.sign(text)]), keys))).toBe('no_known_signature');
  });

  test('a cosignature under the name of a log key, or the other way, is nobody’s', () => {
    const asCosigner = createCosigner(origin, logKey, () => 1);
    expect(faultOf(() => openNote(joinNote(text, [asCosigner.sign(text)]), keys))).toBe('no_known_signature');
  });

  test('a signature by another key under the same name is nobody’s', () => {
    const impostor = createNoteSigner(origin, generateKeyPairSync('ed25519').privateKey);
    expect(faultOf(() => openNote(joinNote(text, [impostor.sign(text)]), keys))).toBe('no_known_signature');
  });
});

describe('what is written is what is read', () => {
  test('checkpoints', () => {
    expect(parseCheckpoint(text)).toEqual({ origin, size: 1_234, root });
  });

  test.each([
    ['an extension line', `${text}more\n`],
    ['a leading zero', text.replace('1234', '01234')],
    ['a size beyond the safe integers', text.replace('1234', '9007199254740993')],
    ['a missing last newline', text.slice(0, -1)],
    ['a root in another base64', text.replace('=\n', '\n')],
    ['no origin', text.slice(origin.length)],
  ])('a checkpoint with %s is refused', (_, wrong) => {
    expect(faultOf(() => parseCheckpoint(wrong))).toBe('bad_checkpoint');
  });

  const entry = fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes));

  test('entry bundles', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), entries => {
        expect(decodeBundle(encodeBundle(entries))).toEqual(entries);
      }),
    );
    const longest = Buffer.alloc(65_535, 7);
    expect(decodeBundle(encodeBundle([longest]))).toEqual([longest]);
    expect(faultOf(() => encodeBundle([Buffer.alloc(65_536)]))).toBe('bad_bundle');
    expect(faultOf(() => decodeBundle(encodeBundle([longest, longest]), 1))).toBe('too_many');
  });

  test('batches', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), fc.nat(), (entries, oldSize) => {
        const batch = { oldSize, proof: hashes, note, entries };
        expect(decodeBatch(encodeBatch(batch))).toEqual(batch);
      }),
    );
  });

  test('proofs that stand by themselves', () => {
    expect(parseTlogProof(formatTlogProof({ index: 7, proof: hashes, note }))).toEqual({
      index: 7,
      proof: hashes,
      note,
    });
    const extra = Buffer.from('more about it');
    expect(parseTlogProof(formatTlogProof({ index: 0, proof: [], note, extra }))).toEqual({
      index: 0,
      proof: [],
      note,
      extra,
    });
  });

  test('entries, in canonical bytes whatever the order of their keys', () => {
    const leaf = someEntry({ seq: 3, origin, data: { b: 1, a: ['ä', null, true, -5], '€': { z: {}, y: [] } } });
    const bytes = encodeEntry(leaf);
    expect(decodeEntry(bytes)).toEqual(leaf);
    const turned = Object.fromEntries(Object.entries(leaf).toReversed());
    expect(encodeEntry({ ...leaf, ...turned })).toEqual(bytes);
    expect(bytes.toString()).toContain('"data":{"a":["ä",null,true,-5],"b":1,"€":{"y":[],"z":{}}}');
  });

  test('entries of newer versions keep what is not known here', () => {
    const leaf = { ...someEntry({ origin }), type: 'something.new', colour: 'green' };
    expect(decodeEntry(encodeEntry(leaf))).toEqual(leaf);
  });
});

describe('an entry refuses what JSON would change in silence', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  test.each<[string, unknown]>([
    ['a fraction', 0.5],
    ['a number beyond the safe integers', 2 ** 53],
    ['NaN', Number.NaN],
    ['undefined', undefined],
    ['a Date', new Date(0)],
    ['a Map', new Map([['a', 1]])],
    ['bytes', Buffer.from('a')],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['half a surrogate pair', '\ud800'],
    ['half a surrogate pair in a key', { '\udc00': 1 }],
    ['an object that holds itself', cyclic],
    ['an object of a class', new (class Thing {})()],
  ])('%s', (_, value) => {
    expect(faultOf(() => encodeEntry(someEntry({ origin, data: { value } })))).toBe('bad_entry');
    expect(faultOf(() => encodeEntry(someEntry({ origin, data: { deep: [{ value }] } })))).toBe('bad_entry');
  });

  test('more than 65,535 bytes', () => {
    const room = 65_535 - encodeEntry(someEntry({ origin, data: { t: '' } })).length;
    expect(encodeEntry(someEntry({ origin, data: { t: 'x'.repeat(room) } })).length).toBe(65_535);
    expect(faultOf(() => encodeEntry(someEntry({ origin, data: { t: 'x'.repeat(room + 1) } })))).toBe('bad_entry');
  });
});

describe('personal data', () => {
  const dek = createHash('sha256').update('subject').digest();
  const address = { dek, origin, seq: 9, slot: 1 };
  const sealed = sealPii({ ...address, value: { name: 'Ada Example' }, iv: Buffer.alloc(12, 1) });
  const key = blobKey(address);

  test('opens with the key of its own place, or with the subject’s', () => {
    expect(openPii({ ...sealed, key })).toEqual({ name: 'Ada Example' });
    expect(openPiiWithDek({ ...address, ...sealed })).toEqual({ name: 'Ada Example' });
    expect(sealed.ct.includes('Ada Example')).toBe(false);
  });

  test.each([
    ['another subject', { dek: createHash('sha256').update('somebody else').digest() }],
    ['another log', { origin: 'audit.example/s/2/0' }],
    ['another entry', { seq: 10 }],
    ['another place', { slot: 0 }],
  ])('does not open with the key of %s', (_, other) => {
    expect(faultOf(() => openPiiWithDek({ ...address, ...sealed, ...other }))).toBe('bad_disclosure');
  });

  test('no bit of data, key or commitments can be turned', () => {
    for (let bit = 0; bit < sealed.ct.length * 8; bit++)
      expect(faultOf(() => openPii({ ...sealed, key, ct: flip(sealed.ct, bit) }))).toBe('bad_disclosure');
    for (let bit = 0; bit < 256; bit++)
      expect(faultOf(() => openPii({ ...sealed, key: flip(key, bit) }))).toBe('bad_disclosure');
    expect(faultOf(() => openPii({ ...sealed, key, h: sealed.k }))).toBe('bad_disclosure');
    expect(faultOf(() => openPii({ ...sealed, key, k: sealed.h }))).toBe('bad_disclosure');
  });
});

describe('every reader, whatever it is given', () => {
  const entryBytes = encodeEntry(someEntry({ origin }));
  const place = { dek: root, origin, seq: 0, slot: 0 };
  const sealed = sealPii({ ...place, value: 'x', iv: Buffer.alloc(12) });
  const asText = (read: (text: string) => unknown) => (bytes: Uint8Array) => read(Buffer.from(bytes).toString('utf8'));
  const readers: Record<string, { read: (bytes: Uint8Array) => unknown; valid: Uint8Array }> = {
    vkey: { read: asText(parseVkey), valid: Buffer.from(signer.vkey) },
    note: { read: asText(given => openNote(given, keys)), valid: Buffer.from(note) },
    checkpoint: { read: asText(parseCheckpoint), valid: Buffer.from(text) },
    proof: { read: asText(parseTlogProof), valid: Buffer.from(formatTlogProof({ index: 1, proof: hashes, note })) },
    bundle: { read: decodeBundle, valid: encodeBundle([entryBytes, entryBytes]) },
    batch: { read: decodeBatch, valid: encodeBatch({ oldSize: 5, proof: hashes, note, entries: [entryBytes] }) },
    entry: { read: decodeEntry, valid: entryBytes },
    frontier: { read: bytes => decodeFrontier(6, bytes), valid: Buffer.concat(hashes) },
    disclosure: { read: ct => openPii({ ...sealed, ct, key: blobKey(place) }), valid: sealed.ct },
  };

  const mutated = (valid: Uint8Array) =>
    fc
      .array(fc.tuple(fc.nat({ max: valid.length }), fc.nat({ max: 4 }), fc.uint8Array({ maxLength: 8 })), {
        maxLength: 4,
      })
      .map(edits =>
        edits.reduce<Buffer>(
          (bytes, [at, cut, put]) => Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]),
          Buffer.from(valid),
        ),
      );

  test.each(Object.entries(readers))('%s: the valid one is read, others are read or named', (name, { read, valid }) => {
    const isNamed = (bytes: Uint8Array) => {
      const fault = faultOf(() => read(bytes));
      expect(fault === null || typeof fault === 'string', `${name}: ${fault}`).toBe(true);
    };
    expect(faultOf(() => read(valid))).toBe(null);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), isNamed));
    fc.assert(fc.property(mutated(valid), isNamed), { numRuns: 500 });
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }).map(given => Buffer.from(given)),
        isNamed,
      ),
    );
  });
});
