import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createPiceaHost } from '../../electron/drivers/picea/picea.node.ts';
import type { EraseProgress, EraseTarget, Picea } from '../../electron/drivers/picea/picea.ts';
import { createVirtualBench } from '../../electron/drivers/virtual/virtual-bench.fake.ts';
import type { Identifiers } from '../../shared/devices.ts';
import type { VirtualFault } from '../../shared/training.ts';

const eraseDurationMs = 200;
const bridge = fileURLToPath(new URL('../../electron/drivers/picea/virtual-bridge.ts', import.meta.url));
const misbehaving = fileURLToPath(new URL('../peers/picea-misbehaving.ts', import.meta.url));

type Setup = { portPath: string; identifiers: Identifiers; fault?: VirtualFault };

const inProcess = (phones: Setup[]): Picea => {
  const bench = createVirtualBench({ clock: createNodeClock(), seed: 'picea', eraseDurationMs });
  for (const phone of phones) bench.plug(phone);
  return bench.picea;
};
const inChild = (phones: Setup[]): Picea =>
  createPiceaHost({
    command: process.execPath,
    args: [bridge],
    env: {
      VIRTUAL_BRIDGE_ERASE_MS: String(eraseDurationMs),
      VIRTUAL_BRIDGE_FAULTS: JSON.stringify(Object.fromEntries(phones.map(p => [p.portPath, p.fault]))),
    },
    clock: createNodeClock(),
  });

const opened: Picea[] = [];
const keep = (picea: Picea) => {
  opened.push(picea);
  return picea;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map(picea => picea.close()));
});

const imei = String(490_154_203_237_518);
const phone = (portPath: string, fault?: VirtualFault): Setup => ({
  portPath,
  identifiers: { serial: `SER-${portPath}`, imei: [imei], meid: null, eid: null },
  ...(fault && { fault }),
});
const target = ({ portPath, identifiers }: Setup): EraseTarget => ({ portPath, identifiers, epoch: 'e1' });

function erase(picea: Picea, to: EraseTarget, signal = new AbortController().signal) {
  const told: EraseProgress[] = [];
  const first = Promise.withResolvers<void>();
  const onProgress = (progress: EraseProgress) => {
    told.push(progress);
    first.resolve();
  };
  return { told, underWay: first.promise, result: picea.erase(to, { onProgress, signal }) };
}

describe.each([
  ['the fake in this process', inProcess],
  ['the bridge in a child process', inChild],
])('%s', (_name, create) => {
  test('says what it is', async () => {
    const info = await keep(create([])).info();
    expect(info).toEqual({ product: 'Virtual erasure tool', version: '1' });
  });

  test('erases with rising progress, an announced reboot, a raw result and a certificate', async () => {
    const one = phone('1-1');
    const { told, result } = erase(keep(create([one])), target(one));
    const done = await result;
    expect(done).toMatchObject({ success: true, failure: null, category: 'clear', identifiers: one.identifiers });
    expect(JSON.parse(done.raw)).toMatchObject({ operationId: done.operationId, identifiers: one.identifiers });
    expect(done.certificate?.mediaType).toBe('text/plain');
    expect(done.certificate?.bytes.toString()).toContain(done.operationId);
    expect(Date.parse(done.endedAt)).toBeGreaterThan(Date.parse(done.startedAt));
    const percents = told.flatMap(p => (p.kind === 'progress' ? [p.percent] : []));
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
    expect(told.filter(p => p.kind === 'reboot')).toHaveLength(1);
  });

  test('runs many operations at once and never mixes them', async () => {
    const phones = Array.from({ length: 20 }, (_, i) => phone(`1-1.${i}`, i % 4 === 3 ? 'fails' : undefined));
    const picea = keep(create(phones));
    const results = await Promise.all(phones.map(p => erase(picea, target(p)).result));
    expect(results.map(r => r.success)).toEqual(phones.map(p => p.fault !== 'fails'));
    expect(results.map(r => r.identifiers.serial)).toEqual(phones.map(p => p.identifiers.serial));
    expect(new Set(results.map(r => r.operationId)).size).toBe(20);
  });

  test.each([
    ['fails', 'ERASE_REFUSED'],
    ['lost', 'DEVICE_LOST'],
    ['silent', 'DEVICE_SILENT'],
  ] as const)('reports %s as a failure with the code and words of the tool', async (fault, code) => {
    const one = phone('1-1', fault);
    const done = await erase(keep(create([one])), target(one)).result;
    expect(done).toMatchObject({ success: false, failure: { code }, technique: null, category: null });
    expect(done.certificate).toBeNull();
  });

  test('reports a success that touched nothing, as a real tool might', async () => {
    const one = phone('1-1', 'does_nothing');
    const { told, result } = erase(keep(create([one])), target(one));
    expect(await result).toMatchObject({ success: true });
    expect(told).toEqual([]);
  });

  test('refuses a device that is not the one named', async () => {
    const one = phone('1-1');
    const picea = keep(create([one]));
    await erase(picea, target(one)).result;
    const other = { ...target(one), identifiers: { ...one.identifiers, serial: 'OTHER' } };
    expect(await erase(picea, other).result).toMatchObject({ success: false, failure: { code: 'DEVICE_MISMATCH' } });
  });

  test('passes foreign identifiers through untouched', async () => {
    const foreign = {
      serial: ' Nº-7/ß"\\\u2028x ',
      imei: [String(12_345_678_901_234), String(3_520_990_017_614_823)],
      meid: 'A0',
      eid: '8904',
    };
    const one = { portPath: 'COM7\\\\.\\x', identifiers: foreign };
    const done = await erase(keep(create([one])), target(one)).result;
    expect(done.identifiers).toEqual(foreign);
    expect(JSON.parse(done.raw).identifiers).toEqual(foreign);
  });

  test('cancels one operation with the reason of the signal and goes on with the others', async () => {
    const [one, two] = [phone('1-1', 'slow'), phone('1-2')];
    const picea = keep(create([one, two]));
    const cancel = new AbortController();
    const first = erase(picea, target(one), cancel.signal);
    const second = erase(picea, target(two));
    await first.underWay;
    cancel.abort(new Error('the operator stopped it'));
    await expect(first.result).rejects.toThrow('the operator stopped it');
    expect(await second.result).toMatchObject({ success: true });
  });

  test('does not begin with a signal that is over', async () => {
    const one = phone('1-1');
    const { told, result } = erase(keep(create([one])), target(one), AbortSignal.abort(new Error('over')));
    await expect(result).rejects.toThrow('over');
    expect(told).toEqual([]);
  });

  test('rejects what is under way when it is closed, and everything after', async () => {
    const one = phone('1-1', 'slow');
    const picea = create([one]);
    const { underWay, result } = erase(picea, target(one));
    const rejected = expect(result).rejects.toMatchObject({ code: 'tool_unavailable' });
    await underWay;
    await picea.close();
    await rejected;
    await expect(picea.info()).rejects.toMatchObject({ code: 'tool_unavailable' });
    await picea.close();
  });
});

describe('a host that misbehaves', () => {
  const one = phone('1-1');
  const logged: Record<string, unknown>[] = [];
  const start = (mode: string, clock = createNodeClock()) =>
    keep(
      createPiceaHost({
        command: process.execPath,
        args: [misbehaving, mode],
        clock,
        log: line => logged.push(line),
      }),
    );

  test.each([
    ['garbage', 'not of its protocol'],
    ['half_json', 'not of its protocol'],
    ['percent_of_101', 'not of its protocol'],
    ['not_utf8', 'not UTF-8'],
    ['giant', 'a line longer than 4194304 bytes'],
    ['unknown_op', 'an operation that nobody asked for'],
    ['wrong_kind', 'does not fit the question'],
    ['death', 'SIGKILL'],
    ['leaves', 'code 3'],
  ])(
    '%s: everything under way is told that the outcome is unknown, and the next call starts it anew',
    async (mode, words) => {
      const picea = start(mode);
      const both = await Promise.allSettled([erase(picea, target(one)).result, erase(picea, target(one)).result]);
      for (const { status, ...rest } of both) {
        expect(status).toBe('rejected');
        expect(rest).toMatchObject({ reason: { code: 'tool_unavailable' } });
        expect(String('reason' in rest && rest.reason)).toMatch(/unknown/);
        expect(String('reason' in rest && rest.reason)).toContain(words);
      }
      expect(await picea.info()).toMatchObject({ product: 'Misbehaving host' });
    },
  );

  test('keeps only the tail of what the host complains about', async () => {
    const picea = start('death');
    await expect(erase(picea, target(one)).result).rejects.toMatchObject({ code: 'tool_unavailable' });
    const stderr = String(logged.at(-1)?.stderr);
    expect(stderr).toContain('complaint 999 of the host');
    expect(stderr.length).toBeLessThanOrEqual(8192);
  });

  test('a refusal is told by its code, without words that may name a device', async () => {
    const { result } = erase(start('refuses'), target(one));
    const error = await result.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'tool_unavailable', message: expect.stringContaining('LICENCE') });
    expect(String(error)).not.toContain(imei);
  });

  test('a host that does not answer is given up after fifteen seconds of the clock', async () => {
    const clock = createFakeClock();
    const picea = keep(createPiceaHost({ command: process.execPath, args: ['-e', 'process.stdin.resume()'], clock }));
    const info = expect(picea.info()).rejects.toThrow('does not answer');
    await clock.advance(15_000);
    await info;
  });

  test('closing ends a host that would stay', async () => {
    const picea = start('silent');
    const { underWay, result } = erase(picea, target(one));
    const rejected = expect(result).rejects.toMatchObject({ code: 'tool_unavailable' });
    await underWay;
    await picea.close();
    await rejected;
    expect(logged.at(-1)).toMatchObject({ event: 'picea.host_ended', why: 'was closed' });
  });

  test('a command that is not there is unavailable, and says so', async () => {
    const picea = keep(createPiceaHost({ command: '/nonexistent/sdk-host', args: [], clock: createNodeClock() }));
    await expect(picea.info()).rejects.toMatchObject({
      code: 'tool_unavailable',
      message: expect.stringContaining('could not be started'),
    });
  });

  test('an error in the caller’s progress handler ends its own operation alone', async () => {
    const picea = keep(inChild([]));
    const second = erase(picea, target(phone('1-2')));
    const broken = () => {
      throw new Error('handler broke');
    };
    const first = picea.erase(target(one), { onProgress: broken, signal: new AbortController().signal });
    await expect(first).rejects.toThrow('handler broke');
    expect(await second.result).toMatchObject({ success: true });
  });
});
