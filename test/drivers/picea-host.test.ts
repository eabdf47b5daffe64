import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createPiceaHost } from '../../electron/drivers/picea/picea.node.ts';
import type { Picea } from '../../electron/drivers/picea/picea.ts';
import { diagnose, erase, imei, inChild, phone, target, verify } from '../support/picea.ts';

const misbehaving = fileURLToPath(new URL('../peers/picea-misbehaving.ts', import.meta.url));

const opened: Picea[] = [];
const keep = (picea: Picea) => {
  opened.push(picea);
  return picea;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map(picea => picea.close()));
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

  test.each([
    'garbage_results',
    'unknown_outcome',
    'endless_measurement',
    'said_twice',
    'too_many_tests',
    'unknown_answer',
    'wrong_kind',
    'death',
  ])('%s: no test counts, everything under way is unknown, and the next call starts it anew', async mode => {
    const picea = start(mode);
    const all = [diagnose(picea, target(one)).result, verify(picea, target(one)), erase(picea, target(one)).result];
    for (const ended of await Promise.allSettled(all)) {
      expect(ended).toMatchObject({ status: 'rejected', reason: { code: 'tool_unavailable' } });
      expect(String('reason' in ended && ended.reason)).toMatch(/unknown/);
    }
    expect(await picea.info()).toMatchObject({ product: 'Misbehaving host' });
  });

  test.each(['foreign_serial', 'foreign_imei'])(
    '%s: a result of another device is refused alone, and the host goes on',
    async mode => {
      const error = await diagnose(start(mode), target(one)).result.catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'identity_mismatch' });
      expect(String(error)).not.toMatch(/SOMEBODY|\d{14}/);
      expect(logged.at(-1)?.why).not.toBe('gave an answer that does not fit the question');
    },
  );

  test('answers about another device are refused', async () => {
    await expect(verify(start('foreign_checks'), target(one))).rejects.toMatchObject({ code: 'identity_mismatch' });
  });

  test('a result that names nobody is passed on as such', async () => {
    const { identifiers } = await diagnose(start('names_nobody'), target(one)).result;
    expect(identifiers).toMatchObject({ serial: null, imei: [] });
  });

  test('only ids of the bench and measurements in their own unit are taken; the rest stays in the raw result', async () => {
    const { results, raw } = await diagnose(start('strange_tests'), target(one)).result;
    expect(results).toEqual([
      { test: 'battery_health', outcome: 'pass', measurement: null },
      { test: 'battery_cycles', outcome: 'pass', measurement: { value: 412, unit: 'cycles' } },
      { test: 'speaker', outcome: 'pass', measurement: null },
    ]);
    for (const kept of ['"Speaker"', '__proto__', 'mAh', 'Microphone']) expect(raw).toContain(kept);
  });

  test('a check that is not answered is unknown', async () => {
    const { checks } = await verify(start('half_verified'), target(one));
    expect(checks).toEqual({ lock_code: 'no', sim_card: 'unknown', find_my: 'unknown', rooted: 'unknown' });
  });

  test('of a flood of results the first counts, and tests that nobody knows are not told', async () => {
    const picea = start('floods');
    const { told, result } = diagnose(picea, target(one));
    expect((await result).results).toEqual([{ test: 'speaker', outcome: 'pass', measurement: null }]);
    expect(told).toEqual([{ kind: 'progress', percent: 5, phase: 'beginning' }]);
    expect(await picea.info()).toMatchObject({ product: 'Misbehaving host' });
  });

  test.each([
    ['LICENCE_MISSING', 'tool_unavailable', 'has no licence'],
    ['LICENCE_EXPIRED', 'tool_unavailable', 'has run out'],
    ['LICENCE_USED_UP', 'tool_unavailable', 'covers no further device'],
    ['MODEL_NOT_SUPPORTED', 'state_refused', 'does not support this model'],
    ['OPERATION_NOT_SUPPORTED', 'tool_unavailable', 'cannot do this'],
    ['DEVICE_LOST', 'device_lost', 'Plug it in again'],
    ['constructor', 'tool_unavailable', 'refused (constructor)'],
  ])('says what to do about %s, and nothing of what the host said', async (code, as, words) => {
    const picea = start(`refuses:${code}`);
    for (const asked of [
      diagnose(picea, target(one)).result,
      verify(picea, target(one)),
      erase(picea, target(one)).result,
    ]) {
      const error = await asked.catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: as, message: expect.stringContaining(words) });
      expect(String(error)).not.toContain('SER-');
    }
  });

  test('a host that falls silent is given up after ten minutes of a diagnosis and one of the checks', async () => {
    const clock = createFakeClock();
    const picea = keep(createPiceaHost({ command: process.execPath, args: ['-e', 'process.stdin.resume()'], clock }));
    const tested = expect(diagnose(picea, target(one)).result).rejects.toThrow('says nothing about this device');
    const checked = expect(verify(picea, target(one))).rejects.toThrow('says nothing about this device');
    await clock.advance(60_000);
    await checked;
    await clock.advance(540_000);
    await tested;
  });

  test('each sign of life in a diagnosis gives it ten minutes more', async () => {
    const clock = createFakeClock();
    const picea = start('alive', clock);
    const { told, underWay, result } = diagnose(picea, target(one));
    const given = expect(result).rejects.toThrow('says nothing about this device');
    await underWay;
    for (let heard = 2; heard < 5; heard++) {
      await clock.advance(599_000);
      await picea.info();
      expect(told).toHaveLength(heard);
    }
    await clock.advance(600_000);
    await given;
  });

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
