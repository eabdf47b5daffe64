import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createBlobs } from '../../electron/database/blobs.ts';

const folder = mkdtempSync(join(tmpdir(), 'bench-blobs-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
afterAll(() => {
  if (mounted) spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true, force: true });
});

const owner = { subject: 'someone', dek: randomBytes(32) };
const noted: string[] = [];
const blobs = createBlobs({ folder, randomBytes, note: sha256 => noted.push(sha256) });

test.skipIf(!mounted)(
  'a file that the disk takes only in part is refused and leaves nothing behind (needs a mount: run as root)',
  () => {
    const kept = blobs.put(owner, Buffer.from('kept'));
    expect(() => blobs.put(owner, Buffer.alloc(2 << 20, 7))).toThrow(expect.objectContaining({ code: 'disk_full' }));
    expect(readdirSync(folder)).toEqual([kept]);
    expect(noted).toHaveLength(2);
    expect(blobs.get(owner.dek, blobs.put(owner, Buffer.alloc(300_000, 7)))).toHaveLength(300_000);
  },
);

test('a file comes back only as what its name says', () => {
  const name = blobs.put(owner, Buffer.from('kept'));
  const sealed = blobs.sealed(name) ?? Buffer.alloc(0);
  blobs.remove(name);
  expect(blobs.sealed(name)).toBeNull();
  expect(blobs.restore(name, Buffer.concat([sealed, Buffer.of(0)]))).toBe(false);
  expect(blobs.has(name)).toBe(false);
  expect(blobs.restore(name, sealed)).toBe(true);
  expect(blobs.get(owner.dek, name).toString()).toBe('kept');
});
