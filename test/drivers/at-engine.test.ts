import { describe, expect, test } from 'vitest';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import type { IdentityRead } from '../../electron/drivers/devices/adapter.ts';
import { createAtEngine } from '../../electron/drivers/serial/at-engine.ts';
import { readIdentity } from '../../electron/drivers/serial/at-identity.ts';
import { batteryFact, identifiersFrom, isUnsolicited, textFact } from '../../electron/drivers/serial/at-text.ts';

const imei = String(490_154_203_237_518);
const never = new AbortController().signal;

const answers: Record<string, string[]> = {
  'AT+CGMI': ['ACME'],
  'AT+CGMM': ['Phone X'],
  'AT+CGMR': ['1.2.3'],
  'AT+CGSN': [imei],
  'AT+CBC': ['+CBC: 0,87'],
};

type Device = {
  /** Milliseconds before each answer. */
  delayMs?: number;
  /** Extra milliseconds before the first answer to that command. */
  late?: { command: string; ms: number };
  /** Forgets the command in hand when the next one comes, as V.250 allows. */
  forgetful?: boolean;
  refuses?: string[];
};

/** A device on the fake clock that obeys one command after the other, and an engine that talks to it. */
function connect({ delayMs = 5, late, forgetful, refuses = [] }: Device) {
  const clock = createFakeClock();
  const sent: string[] = [];
  let busyUntil = 0;
  let lateLeft = late?.ms ?? 0;
  let drop = () => {};
  const answer = (command: string) => {
    const known = answers[command] ?? (/^AT($|E0|V1|\+CMEE)/.test(command) ? [] : null);
    return known === null || refuses.includes(command) ? ['ERROR'] : [...known, 'OK'];
  };
  const engine = createAtEngine({
    clock,
    write(text) {
      const command = text.trim();
      sent.push(command);
      if (forgetful) drop();
      const extra = late?.command === command ? lateLeft : 0;
      if (extra) lateLeft = 0;
      const now = Number(clock.monotonicNs() / 1_000_000n);
      busyUntil = (forgetful ? now : Math.max(now, busyUntil)) + delayMs + extra;
      drop = clock.after(busyUntil - now, () => {
        for (const line of answer(command)) engine.receive(line);
      });
    },
  });
  return { clock, engine, sent };
}

async function identify(device: Device, timeoutMs = 20_000): Promise<IdentityRead | { code: string }> {
  const { clock, engine } = connect(device);
  const read = readIdentity({ engine, clock, timeoutMs, signal: never, reopen: async () => {} });
  const settled = read.catch((error: { code: string }) => ({ code: error.code }));
  await clock.advance(2 * timeoutMs);
  return settled;
}

const shown = (fact: IdentityRead['model']) => (fact.ok ? fact.value : fact.why);

test('asks three times at half a second, then ever more slowly, until a device answers', async () => {
  const clock = createFakeClock();
  const sentAt: number[] = [];
  const engine = createAtEngine({ clock, write: () => sentAt.push(Number(clock.monotonicNs() / 1_000_000n)) });
  const answered = engine.synchronise({ limitMs: 20_000, silenceLimitMs: 4_000, signal: never });
  await clock.advance(20_000);
  expect(await answered).toBe(false);
  expect(sentAt).toEqual([0, 500, 1000, 1500, 2500]);
});

test('refuses to ask on a line that is not clean, and sends nothing', async () => {
  const { engine, sent } = connect({});
  expect(await engine.command('AT+CGSN', 1_000, never)).toEqual({ kind: 'timeout' });
  expect(sent).toEqual([]);
});

test('an echo is no information, and a line too long to keep is noise', async () => {
  const { clock, engine } = connect({});
  const clean = engine.synchronise({ limitMs: 5_000, silenceLimitMs: 5_000, signal: never });
  await clock.advance(1_000);
  expect(await clean).toBe(true);
  const answer = engine.command('AT+CGMI', 1_000, never);
  engine.receive('AT+CGMI');
  engine.receive(null);
  await clock.advance(100);
  expect(await answer).toEqual({ kind: 'ok', lines: ['\ufffd', 'ACME'] });
  expect(textFact('AT+CGMI', await answer, 0)).toEqual({ ok: false, why: 'malformed' });
});

test('a result that nobody asked for makes the line unclean', async () => {
  const { clock, engine } = connect({});
  const clean = engine.synchronise({ limitMs: 5_000, silenceLimitMs: 5_000, signal: never });
  await clock.advance(1_000);
  expect(await clean).toBe(true);
  engine.receive('RING');
  expect(engine.isClean()).toBe(true);
  engine.receive('OK');
  expect(engine.isClean()).toBe(false);
});

describe('a late answer never becomes the value of another command', () => {
  const lateness = [100, 2_900, 2_995, 3_000, 3_100, 3_490, 3_700, 4_200, 4_900, 5_600, 6_600, 8_000, 11_000, 15_000];
  const cases = lateness.flatMap(ms =>
    ['AT+CGMI', 'AT+CGMM', 'AT+CGMR', 'AT+CMEE=1', 'ATE0'].flatMap(command =>
      [5, 600].map(delayMs => ({ command, ms, delayMs })),
    ),
  );

  test.each([false, true])('whether it comes or is forgotten (%s)', async forgetful => {
    let told = 0;
    for (const { command, ms, delayMs } of cases) {
      const read = await identify({ late: { command, ms }, delayMs, forgetful }, 30_000);
      if ('code' in read) continue;
      const at = `${command} late by ${ms} with ${delayMs}`;
      expect(['ACME', 'timeout'], at).toContain(shown(read.manufacturer));
      expect(['Phone X', 'timeout'], at).toContain(shown(read.model));
      expect(['1.2.3', 'timeout'], at).toContain(shown(read.revision));
      expect([[imei], []], at).toContainEqual(read.identifiers.imei);
      expect(read.identifiers.serial, at).toBeNull();
      if (read.identifiers.imei.length > 0) told += 1;
    }
    expect(told).toBeGreaterThan(cases.length / 2);
  });
});

test('a device that always takes two seconds is read correctly or not at all', async () => {
  const read = await identify({ delayMs: 2_000 }, 60_000);
  expect(read).toMatchObject({ identifiers: { imei: [imei], serial: null }, model: { value: 'Phone X' } });
});

test('a refused command is asked by its older name, and one refused twice is not known', async () => {
  const read = await identify({ refuses: ['AT+CGMI', 'AT+CBC', 'AT+CGSN', 'AT+GSN'] });
  expect(read).toMatchObject({
    manufacturer: { ok: false, why: 'unsupported' },
    model: { ok: true, value: 'Phone X', source: 'AT+CGMM', raw: 'Phone X' },
    batteryLevel: { ok: false, why: 'unsupported' },
    setupState: { ok: false, why: 'unsupported' },
    identifiers: { imei: [], serial: null },
  });
});

describe('what the lines mean', () => {
  const ok = (...lines: string[]) => ({ kind: 'ok', lines }) as const;

  test.each([
    ['a valid IMEI', ok(imei), { imei: [imei], serial: null }],
    ['an IMEI in quotes behind the name', ok(`+CGSN: "${imei}"`), { imei: [imei], serial: null }],
    ['a bad check digit, kept', ok(imei.replace(/8$/, '7')), { imei: [imei.replace(/8$/, '7')] }],
    ['an IMEISV', ok(`${imei}2`), { imei: [`${imei}2`] }],
    ['a MEID', ok('A0000012345ABC'), { meid: 'A0000012345ABC', imei: [] }],
    ['a serial of the maker', ok('R58M123ABC'), { serial: 'R58M123ABC', imei: [] }],
    ['two numbers', ok(imei, `${imei}2`), { serial: null, imei: [] }],
    ['noise beside a valid one', ok('\x80\x81', imei), { imei: [imei] }],
    ['noise beside one that fails its check', ok('\x80', imei.replace(/8$/, '7')), { imei: [], serial: null }],
    ['noise alone', ok('\x80\x81'), { imei: [], serial: null }],
    ['a bare OK', ok(), { imei: [], serial: null }],
    ['an error', { kind: 'error', final: 'ERROR' } as const, { imei: [], serial: null }],
  ])('serial number: %s', (_name, answer, expected) => {
    expect(identifiersFrom('AT+CGSN', answer)).toMatchObject(expected);
  });

  test.each([
    ['+CBC: 0,87', { ok: true, value: 87 }],
    ['+CBC: 1,100,4123', { ok: true, value: 100 }],
    ['+CBC: 2,0', { ok: false, why: 'unsupported' }],
    ['+CBC: 0,187', { ok: false, why: 'malformed' }],
    ['+CBC: full', { ok: false, why: 'malformed' }],
  ])('battery: %s', (line, expected) => {
    expect(batteryFact('AT+CBC', ok(line), 0)).toMatchObject(expected);
  });

  test.each([
    ['ERROR', 'unsupported'],
    ['+CME ERROR: 3', 'denied'],
    ['+CME ERROR: 4', 'unsupported'],
    ['+CME ERROR: 11', 'locked'],
    ['+CME ERROR: operation not supported', 'unsupported'],
  ])('refusal: %s', (final, why) => {
    expect(textFact('AT+CGMM', { kind: 'error', final }, 0)).toEqual({ ok: false, why });
  });

  test.each([
    ['RING', null, true],
    ['+CREG: 1', 'AT+CGSN', true],
    ['^RSSI: 17', 'AT+CGSN', true],
    ['NO CARRIER', 'AT+CGSN', true],
    ['+CBC: 0,87', 'AT+CBC', false],
    ['+CBC: 0,87', 'AT+CGSN', true],
    ['ACME +X', 'AT+CGMI', false],
  ])('unsolicited: %s during %s', (line, command, expected) => {
    expect(isUnsolicited(line, command)).toBe(expected);
  });
});
