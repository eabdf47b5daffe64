import {
  type CheckAnswer,
  type DeviceCheck,
  type DiagnosticResult,
  DiagnosticTest,
  measuredIn,
} from '../../../shared/diagnostics.ts';
import { type Clock, sleep } from '../clock/clock.ts';
import type { DiagnoseProgress, Diagnosis, Verification } from '../picea/picea.ts';
import { diagnosisFrom, type HostDiagnosis, type HostVerification, verificationFrom } from '../picea/protocol.ts';
import { refusal } from '../picea/refusals.ts';
import { createFakeRandom } from '../random/random.fake.ts';
import type { Random } from '../random/random.ts';
import { drawIdentifiers, type VirtualPhone } from './phones.fake.ts';
import type { VirtualWorld } from './virtual-world.fake.ts';

/** What a phone without a mobile radio cannot be tested for. */
const needRadio: readonly DiagnosticTest[] = ['cellular', 'earpiece', 'nfc'];
const mayBreak = ['speaker', 'microphone', 'camera_rear', 'wifi', 'buttons_volume'] as const;

/** What is true of one phone's hardware: drawn from the seed and the phone, the same at each look. */
export function drawHardware(seed: string, phone: VirtualPhone): DiagnosticResult[] {
  const random = createFakeRandom(`${seed}:hardware:${phone.id}`);
  const broken = mayBreak[random.integer(mayBreak.length)];
  const measured: Partial<Record<DiagnosticTest, number>> = {
    battery_health: 78 + random.integer(23),
    battery_cycles: 20 + random.integer(600),
  };
  return DiagnosticTest.options.map(test => {
    const [value, unit] = [measured[test], measuredIn[test]];
    const measurement = value !== undefined && unit !== undefined ? { value, unit } : null;
    if (needRadio.includes(test) && phone.identifiers.imei.length === 0)
      return { test, outcome: 'not_possible', measurement };
    return { test, outcome: phone.fault === 'fails' && test === broken ? 'fail' : 'pass', measurement };
  });
}

/** What the checks find; a tool that does nothing, or fails, knows nothing. */
function drawChecks({
  fault,
  setupState,
  accounts,
  findMy,
  manufacturer,
}: VirtualPhone): Record<DeviceCheck, CheckAnswer> {
  if (fault === 'does_nothing' || fault === 'fails')
    return { lock_code: 'unknown', sim_card: 'unknown', find_my: 'unknown', rooted: 'unknown' };
  const inUse = setupState === 'in_use';
  const found = findMy || (inUse && accounts > 0) ? 'yes' : 'no';
  const find_my = manufacturer === 'Apple' ? found : 'unknown';
  return { lock_code: inUse ? 'yes' : 'no', sim_card: 'no', find_my, rooted: 'no' };
}

export type VirtualTestsDeps = {
  world: VirtualWorld;
  clock: Clock;
  random: Random;
  seed: string;
  /** What one test takes on a healthy phone; a slow one takes four times that. */
  testMs: number;
  noticesLossMs: number;
};

/** Tests and checks on phones of the virtual world, obeying each phone's ordered fault. */
export function createVirtualTests({ world, clock, random, seed, testMs, noticesLossMs }: VirtualTestsDeps) {
  const stamp = () => new Date(clock.now()).toISOString();
  /** Waits one step on a phone that must stay on the cable. */
  const stepOn = async ({ id, epoch, fault }: VirtualPhone, signal: AbortSignal) => {
    await sleep(clock, fault === 'slow' ? testMs * 4 : testMs, signal);
    if (fault === 'silent') throw refusal({ code: 'DEVICE_SILENT', message: 'The device does not answer.' });
    if (world.get(id).epoch === epoch) return;
    await sleep(clock, noticesLossMs, signal);
    throw refusal({ code: 'DEVICE_LOST', message: 'The connection to the device was lost.' });
  };
  /** Everything that a result says beside what was found. */
  const begin = (phone: VirtualPhone) => {
    const [operationId, startedAt] = [random.uuid(), stamp()];
    return () => ({ op: operationId, operationId, identifiers: readBy(phone), startedAt, endedAt: stamp() });
  };
  const readBy = ({ fault, identifiers }: VirtualPhone) =>
    fault === 'wrong_identity' ? drawIdentifiers(random, identifiers.imei.length) : identifiers;

  return {
    async diagnose(
      phone: VirtualPhone,
      { onProgress, signal }: { onProgress: (progress: DiagnoseProgress) => void; signal: AbortSignal },
    ): Promise<Diagnosis> {
      const end = begin(phone);
      const hardware = phone.fault === 'does_nothing' ? [] : drawHardware(seed, phone);
      await stepOn(phone, signal);
      for (const [i, { test, outcome }] of hardware.entries()) {
        onProgress({ kind: 'started', test });
        if (phone.fault === 'lost' && i === 5) world.detach(phone.id);
        await stepOn(phone, signal);
        onProgress({ kind: 'finished', test, outcome });
        onProgress({ kind: 'progress', percent: (100 * (i + 1)) / hardware.length, phase: 'testing' });
      }
      const sent: HostDiagnosis = { type: 'diagnosed', ...end(), results: hardware };
      return diagnosisFrom(phone.identifiers, sent, JSON.stringify(sent));
    },

    async verify(phone: VirtualPhone, { signal }: { signal: AbortSignal }): Promise<Verification> {
      const end = begin(phone);
      await stepOn(phone, signal);
      if (phone.fault === 'lost') world.detach(phone.id);
      await stepOn(phone, signal);
      const { lock_code, sim_card, find_my, rooted } = drawChecks(phone);
      const checks = { LockCode: lock_code, SIMCard: sim_card, FindMyiPhone: find_my, RootedDevice: rooted };
      const sent: HostVerification = { type: 'verified', ...end(), checks };
      return verificationFrom(phone.identifiers, sent, JSON.stringify(sent));
    },
  };
}
