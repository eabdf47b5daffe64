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

const dek = randomBytes(32);
const blobs = createBlobs({ folder, randomBytes });

test.skipIf(!mounted)(
  'a file that the disk takes only in part is refused and leaves nothing behind (needs a mount: run as root)',
  () => {
    const kept = blobs.put(dek, Buffer.from('kept'));
    expect(() => blobs.put(dek, Buffer.alloc(2 << 20, 7))).toThrow(expect.objectContaining({ code: 'disk_full' }));
    expect(readdirSync(folder)).toEqual([kept]);
    expect(blobs.get(dek, blobs.put(dek, Buffer.alloc(300_000, 7)))).toHaveLength(300_000);
  },
);
