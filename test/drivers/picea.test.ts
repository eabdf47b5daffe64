import { afterEach, describe, expect, test } from 'vitest';
import type { Picea, PiceaTarget } from '../../electron/drivers/picea/picea.ts';
import { DiagnosticTest } from '../../shared/diagnostics.ts';
import { diagnose, erase, inChild, inProcess, phone, target, verify } from '../support/picea.ts';
import { untilDone } from '../support/until.ts';

const opened: Picea[] = [];
const keep = (picea: Picea) => {
  opened.push(picea);
  return picea;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map(picea => picea.close()));
});

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

  test('diagnoses with every test started and finished, measurements and a raw result', async () => {
    const one = phone('1-1');
    const { told, result } = diagnose(keep(create([one])), target(one));
    const done = await result;
    expect(done.results.map(r => r.test)).toEqual(DiagnosticTest.options);
    expect(done.results.every(r => r.outcome === 'pass')).toBe(true);
    expect(done.results.flatMap(r => (r.measurement ? [[r.test, r.measurement.unit]] : []))).toEqual([
      ['battery_health', '%'],
      ['battery_cycles', 'cycles'],
    ]);
    expect(done.identifiers).toEqual(one.identifiers);
    expect(JSON.parse(done.raw)).toMatchObject({ operationId: done.operationId, results: done.results });
    expect(Date.parse(done.endedAt)).toBeGreaterThan(Date.parse(done.startedAt));
    for (const kind of ['started', 'finished'] as const)
      expect(told.flatMap(p => (p.kind === kind ? [p.test] : []))).toEqual(DiagnosticTest.options);
    expect(told.at(-1)).toEqual({ kind: 'progress', percent: 100, phase: 'testing' });
  });

  test('finds the same on the same phone again, and one test that fails on one that is broken', async () => {
    const [one, broken] = [phone('1-1'), phone('1-2', 'fails')];
    const picea = keep(create([one, broken]));
    const first = await diagnose(picea, target(one)).result;
    const again = await diagnose(picea, target(one)).result;
    expect(again.results).toEqual(first.results);
    expect(again.operationId).not.toBe(first.operationId);
    const { results } = await diagnose(picea, target(broken)).result;
    expect(results.filter(r => r.outcome === 'fail')).toHaveLength(1);
  });

  test('answers the checks of a phone in use, and says unknown where it does not know', async () => {
    const [one, dumb] = [phone('1-1'), phone('1-2', 'does_nothing')];
    const picea = keep(create([one, dumb]));
    const done = await verify(picea, target(one));
    expect(done.checks).toEqual({ lock_code: 'yes', sim_card: 'no', find_my: 'yes', rooted: 'no' });
    expect(JSON.parse(done.raw)).toMatchObject({ operationId: done.operationId, checks: { LockCode: 'yes' } });
    const { checks } = await verify(picea, target(dumb));
    expect(new Set(Object.values(checks))).toEqual(new Set(['unknown']));
    expect((await diagnose(picea, target(dumb)).result).results).toEqual([]);
  });

  test('erases, diagnoses and verifies many at once and never mixes them', async () => {
    const phones = Array.from({ length: 18 }, (_, i) => phone(`1-1.${i}`));
    const picea = keep(create(phones));
    const works = [
      (to: PiceaTarget) => erase(picea, to).result,
      (to: PiceaTarget) => diagnose(picea, to).result,
      (to: PiceaTarget) => verify(picea, to),
    ];
    const results = await Promise.all(phones.flatMap((p, i) => works[i % 3]?.(target(p)) ?? []));
    expect(results.map(r => r.identifiers.serial)).toEqual(phones.map(p => p.identifiers.serial));
    expect(new Set(results.map(r => r.operationId)).size).toBe(18);
  });

  test.each([
    ['lost', 'device_lost'],
    ['silent', 'device_silent'],
    ['wrong_identity', 'identity_mismatch'],
  ] as const)('neither diagnoses nor verifies a phone with the fault %s', async (fault, code) => {
    const [one, two] = [phone('1-1', fault), phone('1-2', fault)];
    const picea = keep(create([one, two]));
    await expect(diagnose(picea, target(one)).result).rejects.toMatchObject({ code });
    await expect(verify(picea, target(two))).rejects.toMatchObject({ code });
  });

  test('tests nothing on a phone that it works on already', async () => {
    const one = phone('1-1', 'slow');
    const picea = keep(create([one]));
    const { underWay, result } = erase(picea, target(one));
    await underWay;
    await expect(diagnose(picea, target(one)).result).rejects.toMatchObject({ code: 'device_busy' });
    await expect(verify(picea, target(one))).rejects.toMatchObject({ code: 'device_busy' });
    await result;
  });

  test('cancels a diagnosis with the reason of the signal, and the phone is free again', async () => {
    const one = phone('1-1', 'slow');
    const picea = keep(create([one]));
    const cancel = new AbortController();
    const { told, underWay, result } = diagnose(picea, target(one), cancel.signal);
    await underWay;
    cancel.abort(new Error('the operator stopped it'));
    await expect(result).rejects.toThrow('the operator stopped it');
    const heard = told.length;
    // The tool lets go of the phone when it has heard of it.
    await untilDone(async () => expect((await verify(picea, target(one))).identifiers).toEqual(one.identifiers));
    expect(told).toHaveLength(heard);
    await expect(picea.verify(target(one), { signal: cancel.signal })).rejects.toThrow('the operator stopped it');
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
