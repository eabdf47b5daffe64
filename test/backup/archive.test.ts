import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPacker, unpack } from '../../electron/features/backup/archive.ts';
import {
  createArchiveWriter,
  newContentKey,
  openArchive,
  openSealed,
  sealTo,
} from '../../electron/features/backup/archive-file.ts';
import { makeRecoveryKey, readRecoveryKey, recoveryPublicKey } from '../../electron/features/backup/recovery-key.ts';
import { recoveryFile, recoverySheet } from '../../electron/features/backup/recovery-sheet.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-archive-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const head = {
  id: '0b2bd3a4-3a57-4d6e-8f0a-3d8f3f1d2c10',
  station: '7d6f1f9e-52a4-4df4-9a2d-0a0a4e4c7d11',
  createdAt: '2026-01-01T00:00:00.000Z',
  fingerprint: 'f',
  key: 'k',
};
const about = { appVersion: '1', origin: 'o', size: 1, root: 'r', marks: { ticket: 1, report: 1 } };
const chunk = 64 * 1024;

/** An archive of one small and one large member; the large one ends exactly where a chunk does. */
function pack(path: string) {
  const key = newContentKey();
  const packer = createPacker(createArchiveWriter(path, head, key));
  packer.add('escrow.json', Buffer.from('small'));
  packer.add('station.db', Buffer.alloc(3 * chunk, 7));
  packer.end(about);
  return key;
}

function read(path: string, key: Buffer) {
  const members: Record<string, Buffer> = {};
  const archive = openArchive(path);
  try {
    unpack(archive.chunks(key), name => {
      const parts: Buffer[] = [];
      return {
        write: bytes => parts.push(Buffer.from(bytes)),
        end() {
          members[name] = Buffer.concat(parts);
        },
      };
    });
  } finally {
    archive.close();
  }
  return members;
}

describe('a backup file', () => {
  test('comes back as it went in', () => {
    const path = join(folder, 'a');
    const members = read(path, pack(path));
    expect(Object.keys(members)).toEqual(['escrow.json', 'station.db']);
    expect(members['escrow.json']?.toString()).toBe('small');
    expect(members['station.db']?.equals(Buffer.alloc(3 * chunk, 7))).toBe(true);
  });

  test('cut short anywhere is refused by name', () => {
    const path = join(folder, 'a');
    const key = pack(path);
    const size = readFileSync(path).length;
    const opening = size - bodyBytes(path);
    const cuts = [0, 5, opening - 1, opening, opening + 10, opening + chunk + 16, opening + 2 * (chunk + 16), size - 1];
    for (const at of cuts) {
      const cut = join(folder, `cut-${at}`);
      copyFileSync(path, cut);
      truncateSync(cut, at);
      expect(() => read(cut, key), `cut at ${at}`).toThrow(expect.objectContaining({ code: 'backup_unusable' }));
    }
  });

  test('any altered byte, an altered head, moved chunks and additions are refused', () => {
    const path = join(folder, 'a');
    const key = pack(path);
    const bytes = readFileSync(path);
    const opening = bytes.length - bodyBytes(path);
    const [one, two] = [opening, opening + chunk + 16];
    const altered = {
      byte: flipped(bytes, two + 9),
      head: Buffer.from(bytes.toString('latin1').replace('"fingerprint":"f"', '"fingerprint":"g"'), 'latin1'),
      moved: Buffer.concat([
        bytes.subarray(0, one),
        bytes.subarray(two, two + chunk + 16),
        bytes.subarray(one, two),
        bytes.subarray(two + chunk + 16),
      ]),
      longer: Buffer.concat([bytes, Buffer.alloc(40)]),
      twice: Buffer.concat([bytes, bytes.subarray(opening)]),
    };
    for (const [what, content] of Object.entries(altered)) {
      const file = join(folder, what);
      writeFileSync(file, content);
      expect(() => read(file, key), what).toThrow(expect.objectContaining({ code: 'backup_unusable' }));
    }
    expect(() => read(path, newContentKey())).toThrow(expect.objectContaining({ code: 'backup_unusable' }));
  });
});

/** Bytes behind the head. */
function bodyBytes(path: string): number {
  const bytes = readFileSync(path);
  const first = bytes.indexOf('\n');
  return bytes.length - (bytes.indexOf('\n', first + 1) + 1);
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

describe('the recovery key', () => {
  const names = { siteName: 'A <b>site</b>', stationName: 'Bench 1', madeAt: '2026-01-01T00:00:00.000Z' };

  test('is read back from its file and from what is typed badly', () => {
    for (let i = 0; i < 50; i++) {
      const key = makeRecoveryKey();
      expect(key.text).toMatch(/^VBRK1(-[0-9A-Z]{4}){14}$/);
      const typed = key.text.toLowerCase().replaceAll('0', 'o').replaceAll('-', ' - ').replace(' - ', '-');
      for (const written of [recoveryFile({ key, ...names }), typed]) {
        expect(readRecoveryKey(written).fingerprint).toBe(key.fingerprint);
      }
    }
  });

  test('says that a digit was misread', () => {
    const { text } = makeRecoveryKey();
    const wrong = `${text.slice(0, 10)}${text[10] === '7' ? '8' : '7'}${text.slice(11)}`;
    expect(() => readRecoveryKey(wrong)).toThrow(expect.objectContaining({ code: 'bad_input' }));
    expect(() => readRecoveryKey('nothing')).toThrow(expect.objectContaining({ code: 'bad_input' }));
  });

  test('stands on its sheet group by group, names as text', () => {
    const key = makeRecoveryKey();
    const html = recoverySheet({ key, ...names });
    for (const group of key.text.split('-')) expect(html).toContain(group);
    expect(html).toContain('A &lt;b&gt;site&lt;/b&gt;');
    expect(html).toContain('<svg');
  });

  test('opens what was sealed to its public half, as what it was sealed', async () => {
    const key = makeRecoveryKey();
    const sealed = await sealTo(recoveryPublicKey(key.publicBase64), 'this', Buffer.from('secret'));
    expect((await openSealed(key.privateKey, 'this', sealed)).toString()).toBe('secret');
    const wrong = { code: 'recovery_key_wrong' };
    await expect(openSealed(key.privateKey, 'that', sealed)).rejects.toMatchObject(wrong);
    await expect(openSealed(makeRecoveryKey().privateKey, 'this', sealed)).rejects.toMatchObject(wrong);
  });
});
