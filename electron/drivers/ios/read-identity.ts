import { BenchError } from '../../../shared/errors.ts';
import type { Clock } from '../clock/clock.ts';
import type { IdentityRead } from '../devices/adapter.ts';
import { type Dictionary, identityFrom, readDictionary } from './ios-identity.ts';
import type { ToolAnswer, ToolName, Tools } from './ios-tools.ts';
import { type Refusal, refusalOf, refusals } from './refusals.ts';

/** What a healthy device answers in well under a second. */
const detailLimitMs = 8_000;

const silent = () =>
  new BenchError('device_silent', 'The device does not answer. Unlock it, unplug it and plug it in again.');

/** The conversation broke or another device answered; whether the device is there is for the list to say. */
export class Broken extends Error {}

/** The device does not let this computer read it. */
export class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusals[refusal].trouble);
    this.refusal = refusal;
  }
}

export type ReadOptions = { tools: Tools; udid: string; clock: Clock; timeoutMs: number; signal: AbortSignal };

const infoArguments = (udid: string, ...more: string[]) => ['-u', udid, ...more, '-x'];

/**
 * Reads what a paired device says about itself: first what needs no pairing, so that the program pairs nothing by itself,
 * then the rest. Rejects with `device_silent`, Refused or Broken; of the details, what does not come in time is not known.
 */
export async function readIosIdentity(options: ReadOptions): Promise<IdentityRead> {
  const { tools, udid, clock, timeoutMs, signal } = options;
  const nowMs = () => Number(clock.monotonicNs() / 1_000_000n);
  const deadline = nowMs() + timeoutMs;
  const run = (tool: ToolName, args: readonly string[], limitMs = timeoutMs) =>
    tools.run(tool, args, Math.min(limitMs, deadline - nowMs()), signal);

  const simple = needed(await run('ideviceinfo', infoArguments(udid, '-s')));
  if (simple.get('UniqueDeviceID') !== udid || !simple.has('ProductType')) throw new Broken();
  const full = needed(await run('ideviceinfo', infoArguments(udid)));
  if (full.get('UniqueDeviceID') !== udid) throw new Broken();

  const domain = async (name: string) =>
    detail(await run('ideviceinfo', infoArguments(udid, '-q', name), detailLimitMs));
  const [battery, disk, setup, supervision, gauge] = await Promise.all([
    domain('com.apple.mobile.battery'),
    domain('com.apple.disk_usage.factory'),
    domain('com.apple.purplebuddy'),
    domain('com.apple.mobile.chaperone'),
    run('idevicediagnostics', ['-u', udid, 'ioregentry', 'AppleSmartBattery'], detailLimitMs).then(registryEntry),
  ]);
  return identityFrom({ simple, full: { values: full }, battery, disk, setup, supervision, gauge }, clock.now());
}

/** Whether a device that refused lets itself be read by now; pairs nothing where a pairing is kept. */
export async function stillRefuses({ tools, udid, timeoutMs, signal }: Omit<ReadOptions, 'clock'>): Promise<boolean> {
  const answer = await tools.run('ideviceinfo', infoArguments(udid), timeoutMs, signal);
  return answer.kind !== 'printed';
}

function needed(answer: ToolAnswer) {
  if (answer.kind === 'timeout') throw silent();
  if (answer.kind === 'failed') {
    const refusal = refusalOf(answer.code);
    throw refusal ? new Refused(refusal) : new Broken();
  }
  const dictionary = readDictionary(answer.output);
  if ('why' in dictionary) throw new Broken();
  return dictionary.values;
}

function detail(answer: ToolAnswer): Dictionary {
  if (answer.kind === 'printed') return readDictionary(answer.output);
  if (answer.kind === 'timeout') return { why: 'timeout' };
  const refusal = refusalOf(answer.code);
  return { why: refusal ? refusals[refusal].why : 'unsupported' };
}

/** `ioregentry` wraps what it found in one dictionary more. */
function registryEntry(answer: ToolAnswer): Dictionary {
  const outer = detail(answer);
  if ('why' in outer) return outer;
  const entry = outer.values.get('IORegistry');
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return { why: 'unsupported' };
  if (entry instanceof Date || ArrayBuffer.isView(entry)) return { why: 'malformed' };
  return { values: new Map(Object.entries(entry)) };
}
