import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js';
import { expect, test } from 'vitest';
import { createLongZip, endOfDirectory } from '../../electron/features/exports/long-zip.ts';
import { temporaryFolder } from '../reports/report-kit.ts';
import { describeWithTools, runTool } from '../support/tools.ts';

/** More than two parts, and the last of them not full. */
const count = 700;
const contentOf = (i: number) => Buffer.from(`file ${i} `.repeat(1 + (i % 9)));

async function write(password: string | null): Promise<string> {
  const path = join(temporaryFolder(), 'long.zip');
  const file = openSync(path, 'w');
  const zip = createLongZip({ write: async chunk => void writeSync(file, chunk), password });
  for (let i = 0; i < count; i++) await zip.add(`folder/Größe ${i}.txt`, contentOf(i));
  await zip.close();
  closeSync(file);
  return path;
}

describeWithTools('an archive written in parts', ['unzip', '7z'], () => {
  test('is one archive with every file once, to tools of others too', async () => {
    const path = await write(null);
    const reader = new ZipReader(new Uint8ArrayReader(readFileSync(path)));
    const entries = await reader.getEntries();
    expect(entries.map(({ filename }) => filename)).toEqual(
      Array.from({ length: count }, (_, i) => `folder/Größe ${i}.txt`),
    );
    for (const i of [0, 299, 300, 301, 600, 699]) {
      const entry = entries[i];
      const bytes = entry?.directory === false && (await entry.getData(new Uint8ArrayWriter()));
      expect(Buffer.from(bytes || []).equals(contentOf(i)), `file ${i}`).toBe(true);
    }
    const tested = runTool('unzip', ['-tq', path]);
    expect(tested.status, tested.output).toBe(0);
    const list = runTool('7z', ['t', path]);
    expect(list.output).toContain('Everything is Ok');
    expect(list.output).toContain(`Files: ${count}`);
  });

  test('opens with its password and with no other', async () => {
    const path = await write('a passphrase of some length');
    expect(runTool('7z', ['t', '-pa passphrase of some length', path]).output).toContain(`Files: ${count}`);
    expect(runTool('7z', ['t', '-panother', path]).status).not.toBe(0);
  });
});

test('an end of more than the short form can say comes in the long form', () => {
  const files = 70_000;
  const offset = 5 * 2 ** 32;
  const long = endOfDirectory({ files, size: 4_000_000, offset });
  expect(long).toHaveLength(56 + 20 + 22);
  expect(Number(long.readBigUInt64LE(32))).toBe(files);
  expect(Number(long.readBigUInt64LE(48))).toBe(offset);
  expect(Number(long.readBigUInt64LE(56 + 8))).toBe(offset + 4_000_000);
  expect(long.readUInt32LE(76 + 16)).toBe(0xffffffff);
  expect(endOfDirectory({ files: 3, size: 200, offset: 1_000 })).toHaveLength(22);
});
