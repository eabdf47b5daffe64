import { BenchError } from '../../../shared/errors.ts';
import type { Clock } from '../clock/clock.ts';
import type { Fact, IdentityRead } from '../devices/adapter.ts';
import { unknown } from '../devices/told.ts';
import { AdbFailure } from './adb-socket.ts';
import { type Answer, runBatch } from './batch.ts';
import { askImeis, imeiFacts } from './imei-facts.ts';
import { ownerCommands, ownerFacts } from './owner-facts.ts';
import { parseProperties, propertyReader } from './properties.ts';
import { systemCommands, systemFacts } from './system-facts.ts';

const propertyBytes = 512 * 1024;
const answerBytes = 64 * 1024;
/** What a healthy phone answers in well under a second; the rest of the time belongs to the properties. */
const detailLimitMs = 8_000;

export type ReadOptions = {
  port: number;
  transportId: string;
  clock: Clock;
  timeoutMs: number;
  signal: AbortSignal;
};

const silent = () =>
  new BenchError('device_silent', 'The phone does not answer. Unlock it, unplug it and plug it in again.');

/**
 * Reads what a phone says about itself. Properties must come; of the rest, what does not come in time is a fact not
 * known. Rejects with `device_silent`, or as an AdbFailure when the conversation breaks.
 */
export async function readAndroidIdentity(options: ReadOptions): Promise<IdentityRead> {
  const { port, transportId, clock, timeoutMs, signal } = options;
  const over = new AbortController();
  const batch = (commands: readonly string[], limitMs: number, maxBytes: number) =>
    runBatch(commands, { port, transportId, limitMs, maxBytes, signal: AbortSignal.any([signal, over.signal]) });
  const detailMs = Math.min(detailLimitMs, timeoutMs);
  const ask = (commands: readonly string[]) => batch(commands, detailMs, answerBytes);
  const details = Promise.all([ask(systemCommands), ask(ownerCommands), askImeis(ask)]);
  // Whoever waits for the properties hears of a failure there first.
  details.catch(() => {});
  try {
    const [properties] = await batch(['getprop'], timeoutMs, propertyBytes);
    if (properties?.kind !== 'done' || properties.status !== 0) throw silent();
    const [system = [], owner = [], imei = []] = await details;
    return identityFrom({ properties: properties.output, system, owner, imei }, clock.now());
  } finally {
    over.abort(new AdbFailure('lost', 'the read is over'));
  }
}

type Answers = {
  properties: string;
  system: readonly Answer[];
  owner: readonly Answer[];
  imei: readonly Answer[];
};

function identityFrom(answers: Answers, at: number): IdentityRead {
  const props = propertyReader(parseProperties(answers.properties), at);
  const system = systemFacts(answers.system, at);
  const owner = ownerFacts(answers.owner, at);
  const { imei1, imei2 } = imeiFacts(answers.imei, at);
  const known = (facts: readonly Fact<string>[]) => facts.flatMap(fact => (fact.ok ? [fact.value] : []));
  return {
    identifiers: {
      serial: props.serial.ok ? props.serial.value : null,
      imei: known([imei1, imei2]),
      meid: null,
      eid: null,
    },
    manufacturer: props.manufacturer,
    model: props.model,
    revision: props.revision,
    batteryLevel: system.batteryLevel,
    setupState: system.setupState,
    accounts: owner.accounts,
    facts: {
      ...props.facts,
      ...system.facts,
      ...owner.facts,
      serial: props.serial,
      imei1,
      imei2,
      meid: unknown('unsupported'),
      eid: unknown('unsupported'),
    },
  };
}
