import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLongZip } from '../../electron/features/exports/long-zip.ts';
import { temporaryFolder } from '../reports/report-kit.ts';
import { describeWithTools, runTool } from '../support/tools.ts';

describeWithTools('an archive of more files than the short form of ZIP can count', ['unzip', '7z'], () => {
  test('is whole to tools of others', async () => {
    const path = join(temporaryFolder(), 'long.zip');
    const file = openSync(path, 'w');
    const zip = createLongZip({ write: async chunk => void writeSync(file, chunk), password: null });
    for (let i = 0; i < 66_000; i++) await zip.add(`${i}.txt`, Buffer.from('content'));
    await zip.close();
    closeSync(file);
    expect(runTool('unzip', ['-tq', path]).output).toContain('No errors detected');
    expect(runTool('7z', ['t', path]).output).toContain('Files: 66000');
  }, 300_000);
});
