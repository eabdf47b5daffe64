import type { Identifiers } from '../../../shared/devices.ts';
import { BenchError } from '../../../shared/errors.ts';
import { type Clock, sleep } from '../clock/clock.ts';
import type { EraseProgress, EraseResult, Picea, PiceaTarget } from '../picea/picea.ts';
import { eraseResultFrom, type HostResult } from '../picea/protocol.ts';
import { refusal } from '../picea/refusals.ts';
import type { Random } from '../random/random.ts';
import { drawIdentifiers, type VirtualPhone } from './phones.fake.ts';
import { createVirtualTests } from './virtual-tests.fake.ts';
import type { VirtualWorld } from './virtual-world.fake.ts';

/** An erase is told in twenty steps; the device reboots after the fourteenth and is back for the eighteenth. */
const steps = 20;
const rebootAfter = 14;
const backAt = 18;

type Failure = { code: string; message: string };
type Outcome = { ok: true } | { ok: false; failure: Failure };

const failed = (code: string, message: string): Outcome => ({ ok: false, failure: { code, message } });
const deviceLost = failed('DEVICE_LOST', 'The connection to the device was lost.');

const phaseOf = (step: number) => (step <= 2 ? 'preparing' : step <= rebootAfter ? 'erasing' : 'verifying');

function sameUnit(phone: VirtualPhone, wanted: Identifiers): boolean {
  const { serial, imei } = phone.identifiers;
  return (wanted.serial === null || wanted.serial === serial) && wanted.imei.every(value => imei.includes(value));
}

function certificateOf(result: Omit<HostResult, 'certificate'>): HostResult['certificate'] {
  const text = [
    'SIMULATED ERASURE - TRAINING AND TESTS ONLY - NOT A PROOF OF ANYTHING',
    `Operation: ${result.operationId}`,
    `Serial: ${result.identifiers.serial ?? 'not read'}`,
    `IMEI: ${result.identifiers.imei.join(', ') || 'not read'}`,
    `Technique: ${result.technique ?? 'not reported'}`,
    `Started: ${result.startedAt}`,
    `Ended: ${result.endedAt}`,
    '',
  ].join('\n');
  return { mediaType: 'text/plain', base64: Buffer.from(text).toString('base64') };
}

export type VirtualPiceaDeps = {
  world: VirtualWorld;
  clock: Clock;
  random: Random;
  seed: string;
  /** What an erase takes; a diagnosis takes about as long. */
  eraseDurationMs: number;
};

/** The erasure tool of the virtual world, obeying each phone's ordered fault. A slow phone takes four times as long. */
export function createVirtualPicea({ world, clock, random, seed, eraseDurationMs }: VirtualPiceaDeps): Picea {
  const closed = new AbortController();
  const working = new Set<string>();
  /** How long the tool waits for a phone that went away without notice. */
  const noticesLossMs = Math.min(5_000, eraseDurationMs * 3);
  const testMs = Math.max(1, Math.round(eraseDurationMs / steps));
  const tests = createVirtualTests({ world, clock, random, seed, testMs, noticesLossMs });

  /** Walks the steps on one phone; the phone is as new from the reboot on. */
  const walk = async (id: string, onProgress: (p: EraseProgress) => void, signal: AbortSignal): Promise<Outcome> => {
    const { fault, epoch, identifiers } = world.get(id);
    const stepMs = Math.max(1, Math.round((eraseDurationMs * (fault === 'slow' ? 4 : 1)) / steps));
    const pause = () => sleep(clock, stepMs, signal);
    const there = () => world.get(id).epoch !== null;
    const loss = async () => {
      await sleep(clock, noticesLossMs, signal);
      return deviceLost;
    };

    await pause();
    if (fault === 'silent') return failed('DEVICE_SILENT', 'The device does not answer.');
    if (fault === 'does_nothing') return { ok: true };
    for (let step = 1; step <= rebootAfter; step++) {
      if (world.get(id).epoch !== epoch) return loss();
      onProgress({ kind: 'progress', percent: (100 * step) / steps, phase: phaseOf(step) });
      if (fault === 'lost' && step === 10) {
        world.detach(id);
        return loss();
      }
      if (fault === 'fails' && step === 12) return failed('ERASE_REFUSED', 'The device refused the erase command.');
      await pause();
    }

    if (world.get(id).epoch !== epoch) return loss();
    const windowMs = Math.max(30_000, stepMs * 10);
    onProgress({ kind: 'reboot', windowMs });
    world.reboot(id);
    const asNew = { setupState: 'setup', accounts: 0 } as const;
    world.change(id, fault === 'wrong_identity' ? { ...asNew, identifiers: anotherUnit(identifiers) } : asNew);
    // The phone starts again by itself, whether anybody still waits for it or not.
    clock.after(stepMs * (backAt - rebootAfter), () => world.comeBack(id));
    for (let waitedMs = 0; !there() && waitedMs < windowMs; waitedMs += stepMs) await pause();

    for (let step = backAt; step <= steps; step++) {
      if (!there()) return loss();
      onProgress({ kind: 'progress', percent: (100 * step) / steps, phase: phaseOf(step) });
      if (step < steps) await pause();
    }
    return { ok: true };
  };

  const anotherUnit = (was: Identifiers) => drawIdentifiers(random, was.imei.length);

  /** Works on the phone that is asked for and on nothing else meanwhile; `refuse` says why it cannot. */
  const workOn = async <T>(
    target: PiceaTarget,
    refuse: (failure: Failure, phone?: VirtualPhone) => T,
    work: (phone: VirtualPhone) => Promise<T>,
  ): Promise<T> => {
    const phone = world.onCable(target.portPath);
    if (!phone) return refuse({ code: 'DEVICE_NOT_FOUND', message: 'There is no device on this connector.' });
    if (!sameUnit(phone, target.identifiers))
      return refuse({ code: 'DEVICE_MISMATCH', message: 'The device on this connector is another one.' }, phone);
    if (working.has(phone.id)) return refuse({ code: 'DEVICE_BUSY', message: 'The tool works on this device.' }, phone);
    working.add(phone.id);
    try {
      return await work(phone);
    } finally {
      working.delete(phone.id);
    }
  };

  type Attempt = { phone: VirtualPhone | undefined; outcome: Outcome };
  const attempt = (target: PiceaTarget, onProgress: (p: EraseProgress) => void, signal: AbortSignal) =>
    workOn<Attempt>(
      target,
      (failure, phone) => ({ phone, outcome: { ok: false, failure } }),
      async phone => ({ phone, outcome: await walk(phone.id, onProgress, signal) }),
    );
  const refuse = (failure: Failure) => {
    throw refusal(failure);
  };
  const untilClosed = (signal: AbortSignal) => {
    const either = AbortSignal.any([signal, closed.signal]);
    either.throwIfAborted();
    return either;
  };

  const erase = async (
    target: PiceaTarget,
    { onProgress, signal }: { onProgress: (p: EraseProgress) => void; signal: AbortSignal },
  ): Promise<EraseResult> => {
    const either = untilClosed(signal);
    const operationId = random.uuid();
    const startedAt = new Date(clock.now()).toISOString();
    const { phone, outcome } = await attempt(target, onProgress, either);
    const result: Omit<HostResult, 'certificate'> = {
      type: 'result',
      op: operationId,
      operationId,
      success: outcome.ok,
      failure: outcome.ok ? null : outcome.failure,
      identifiers: phone?.identifiers ?? { serial: null, imei: [], meid: null, eid: null },
      technique: outcome.ok ? 'simulated factory reset with key discard' : null,
      category: outcome.ok ? 'clear' : null,
      startedAt,
      endedAt: new Date(clock.now()).toISOString(),
    };
    const sent: HostResult = { ...result, certificate: outcome.ok ? certificateOf(result) : null };
    return eraseResultFrom(sent, JSON.stringify(sent));
  };

  return {
    async info() {
      closed.signal.throwIfAborted();
      return { product: 'Virtual erasure tool', version: '1' };
    },
    erase,
    async diagnose(target, { onProgress, signal }) {
      const either = untilClosed(signal);
      return workOn(target, refuse, phone => tests.diagnose(phone, { onProgress, signal: either }));
    },
    async verify(target, { signal }) {
      const either = untilClosed(signal);
      return workOn(target, refuse, phone => tests.verify(phone, { signal: either }));
    },
    async close() {
      closed.abort(new BenchError('tool_unavailable', 'The erasure tool was closed.'));
    },
  };
}
