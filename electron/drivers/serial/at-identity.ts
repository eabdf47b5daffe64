import { hasIdentifier } from '../../../shared/devices.ts';
import { BenchError } from '../../../shared/errors.ts';
import type { Clock } from '../clock/clock.ts';
import type { IdentityRead } from '../devices/adapter.ts';
import type { AtEngine } from './at-engine.ts';
import { type AtAnswer, batteryFact, identifiersFrom, textFact } from './at-text.ts';

const commandLimitMs = 3_000;
/** A line on which nothing at all was heard for so long is silent. */
const silenceLimitMs = 8_000;

const silent = () =>
  new BenchError(
    'device_silent',
    'Nothing answers on this line. Check that the device is on and its cable carries data.',
  );

type Asked = { command: string; answer: AtAnswer };

const told = ({ answer }: Asked) => answer.kind === 'ok' && answer.lines.length > 0;

/** Asks a device what it is. What it does not tell in time is a fact not known; a line with no clean answer is silent. */
export async function readIdentity(options: {
  engine: AtEngine;
  clock: Clock;
  timeoutMs: number;
  signal: AbortSignal;
  /** Opens the line anew, as the last means to clean it. */
  reopen(): Promise<void>;
}): Promise<IdentityRead> {
  const { engine, clock, timeoutMs, signal, reopen } = options;
  const nowMs = () => Number(clock.monotonicNs() / 1_000_000n);
  const untilMs = nowMs() + timeoutMs;
  const restMs = () => untilMs - nowMs();

  const synchronise = async () =>
    engine.isClean() || (await engine.synchronise({ limitMs: restMs() / 2, silenceLimitMs, signal }));
  const clean = async (): Promise<boolean> => {
    if (await synchronise()) return true;
    if (!engine.hasHeard()) return false;
    await reopen();
    return synchronise();
  };
  const once = async (command: string): Promise<Asked> => {
    if (restMs() <= 0 || !(await clean())) return { command, answer: { kind: 'timeout' } };
    return { command, answer: await engine.command(command, Math.min(commandLimitMs, restMs()), signal) };
  };
  /** Asks the commands in turn until one tells something, each again when its answer did not come in time. */
  const ask = async (...commands: string[]): Promise<Asked> => {
    const failed: Asked[] = [];
    for (const command of commands.flatMap(name => [name, name])) {
      if (failed.some(f => f.command === command && f.answer.kind !== 'timeout')) continue;
      const asked = await once(command);
      if (told(asked)) return asked;
      failed.push(asked);
    }
    const [first] = failed;
    if (!first) throw new BenchError('internal', 'asked for nothing');
    // A time-out hides what the device might have told; a refusal is an answer.
    return failed.findLast(f => f.answer.kind === 'timeout') ?? first;
  };

  if (!(await clean())) throw silent();
  for (const command of ['ATE0', 'ATV1', 'AT+CMEE=1']) await once(command);
  const manufacturer = await ask('AT+CGMI', 'AT+GMI');
  const model = await ask('AT+CGMM', 'AT+GMM');
  const revision = await ask('AT+CGMR', 'AT+GMR');
  const serial = await ask('AT+CGSN', 'AT+GSN');
  const battery = await ask('AT+CBC');
  const at = clock.now();
  const identifiers = identifiersFrom(serial.command, serial.answer);
  if (![manufacturer, model, revision, battery].some(told) && !hasIdentifier(identifiers) && restMs() <= 0)
    throw silent();
  return {
    identifiers,
    manufacturer: textFact(manufacturer.command, manufacturer.answer, at),
    model: textFact(model.command, model.answer, at),
    revision: textFact(revision.command, revision.answer, at),
    batteryLevel: batteryFact(battery.command, battery.answer, at),
    setupState: { ok: false, why: 'unsupported' },
    accounts: { ok: false, why: 'unsupported' },
    // Standard AT commands know nothing of these.
    facts: {},
  };
}
