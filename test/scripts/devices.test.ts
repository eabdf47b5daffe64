import { spawn, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { createIosPlace, muxEnvironment, noIosPhone, pairForReal } from '../support/ios-place.ts';
import { createSerialLine, noSerialLines } from '../support/serial-line.ts';
import { until } from '../support/until.ts';

const entry = ['scripts/run.mjs', 'scripts/devices.ts'];
const title = noSerialLines === null ? 'npm run devices' : `npm run devices (skipped: ${noSerialLines})`;

async function run(...args: string[]): Promise<{ status: number | null; lines: Record<string, unknown>[] }> {
  const child = spawn(process.execPath, [...entry, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  const lines = text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>);
  return { status: child.exitCode, lines };
}

describe.skipIf(noSerialLines)(title, () => {
  test('says what answers on the line, with identifiers masked', async () => {
    const line = createSerialLine();
    await line.plug({ echo: true });
    try {
      const { lines } = await run('--serial', line.path);
      expect(lines.map(l => l.event)).toEqual(['seen', 'identified']);
      expect(lines[1]).toMatchObject({
        identifiers: { imei: ['•••7518'] },
        imei: ['valid'],
        model: { value: 'Phone X', source: 'AT+CGMM' },
        setupState: { unknown: 'unsupported' },
      });
      expect(JSON.stringify(lines)).not.toContain('49015420323');
    } finally {
      await line.remove();
    }
  }, 60_000);

  test('says what stands in the way of a line that is not there', async () => {
    const { lines } = await run('--serial', '/dev/no-such-line');
    expect(lines).toMatchObject([{ event: 'seen', trouble: expect.stringContaining('does not exist') }]);
  }, 60_000);
});

describe.skipIf(noIosPhone)(
  noIosPhone === null ? 'watching phones' : `watching phones (skipped: ${noIosPhone})`,
  () => {
    test('tells an iPhone that comes and goes, with identifiers masked, and what is not seen', async () => {
      const place = createIosPlace(await pairForReal());
      const child = spawn(process.execPath, [...entry, '--watch', '--adb', '/no-such-adb'], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: muxEnvironment(place.mux.path),
      });
      const ended = new Promise(resolve => child.once('close', resolve));
      let text = '';
      child.stdout.on('data', chunk => {
        text += String(chunk);
      });
      try {
        const phone = await place.plug({ location: (1 << 16) | 250 });
        await until(() => text.includes('"identified"'), 'the phone is identified');
        phone.unplug();
        await until(() => text.includes('"gone"'), 'the phone is gone');
        await until(() => text.includes('"unseen"'), 'adb is said to be missing');
      } finally {
        child.kill('SIGTERM');
        await ended;
        await place.remove();
      }
      const lines: unknown[] = text
        .trim()
        .split('\n')
        .map(line => JSON.parse(line));
      expect(lines).toContainEqual(
        expect.objectContaining({
          event: 'identified',
          adapter: 'ios',
          identifiers: { serial: '•••XXXX', imei: ['•••3809', '•••3817'], meid: '•••4380', eid: null },
          facts: expect.objectContaining({ activation_lock: { unknown: 'unsupported' } }),
        }),
      );
      expect(lines).toContainEqual(expect.objectContaining({ event: 'unseen', adapter: 'android' }));
      for (const secret of ['F4GXXXXXXX', '356938035643809', place.udid]) expect(text).not.toContain(secret);
      expect(child.exitCode).toBe(0);
    }, 60_000);
  },
);

test('npm run devices without a line explains itself', () => {
  const { status, stderr } = spawnSync(process.execPath, entry, { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toContain('npm run devices');
});
