import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Wall time of the whole demo for each device, with the erase that its virtual phones take as the floor. */
export async function benchDemo(): Promise<string[]> {
  const out = mkdtempSync(join(tmpdir(), 'bench-demo-'));
  try {
    const lines: string[] = [];
    for (const devices of [6, 24]) {
      const { stdout } = await run(
        process.execPath,
        ['scripts/run.mjs', 'scripts/demo.ts', '--json', '--devices', String(devices), '--out', out],
        {
          maxBuffer: 64 * 1024 * 1024,
        },
      );
      const { durationsMs } = JSON.parse(stdout) as {
        durationsMs: { total: number; perDevice: number; verification: number };
      };
      const { total, perDevice, verification } = durationsMs;
      lines.push(
        `demo with ${devices} devices: ${total} ms, ${perDevice} ms a device, ${((verification / total) * 100).toFixed(0)} % of it verification`,
      );
    }
    return lines;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
