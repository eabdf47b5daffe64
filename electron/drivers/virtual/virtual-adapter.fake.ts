import { BenchError } from '../../../shared/errors.ts';
import { type Clock, sleep } from '../clock/clock.ts';
import type { DeviceAdapter, DeviceSession, Fact, IdentityRead, Sighting } from '../devices/adapter.ts';
import type { VirtualPhone } from './phones.fake.ts';
import { virtualFacts } from './virtual-facts.fake.ts';
import type { VirtualWorld } from './virtual-world.fake.ts';

const adapterName = 'virtual';

const lost = () => new BenchError('device_lost', 'The virtual phone went away. Plug it in again.');

function sightingOf(phone: VirtualPhone): Sighting[] {
  const { epoch, portPath, usb, identifiers, fault } = phone;
  if (epoch === null) return [];
  const serial = identifiers.serial === null ? {} : { serial: identifiers.serial };
  const presence = fault === 'silent' ? 'present' : 'ready';
  return [{ adapter: adapterName, epoch, portPath, usb: { ...usb, ...serial }, mode: 'normal', presence }];
}

function tell(phone: VirtualPhone, at: number): IdentityRead {
  const fact = <T extends string | number>(value: T): Fact<T> => ({
    ok: true,
    value,
    source: 'virtual phone',
    raw: String(value),
    at,
  });
  return {
    identifiers: phone.identifiers,
    manufacturer: fact(phone.manufacturer),
    model: fact(phone.model),
    revision: fact(phone.revision),
    batteryLevel: fact(phone.batteryLevel),
    setupState: fact(phone.setupState),
    accounts: fact(phone.accounts),
    facts: virtualFacts(phone, fact),
  };
}

/** The world's phones as devices on the cable. `answerMs` is what a question takes; a slow phone takes 25 times that. */
export function createVirtualAdapter(deps: { world: VirtualWorld; clock: Clock; answerMs: number }): DeviceAdapter {
  const { world, clock, answerMs } = deps;
  const closed = new AbortController();
  const spokenTo = new Set<string>();
  const phoneOf = (epoch: string) => world.list().find(p => p.epoch === epoch);
  const sightings = () => world.list().flatMap(sightingOf);

  const openSession = (epoch: string): DeviceSession => {
    const ended = new AbortController();
    const gone = Promise.withResolvers<string>();
    const unsubscribe = world.subscribe(() => {
      if (phoneOf(epoch)) return;
      ended.abort(lost());
      gone.resolve('unplugged');
    });
    const end = () => {
      unsubscribe();
      spokenTo.delete(epoch);
    };
    closed.signal.addEventListener('abort', end, { once: true });
    spokenTo.add(epoch);
    return {
      epoch,
      gone: gone.promise,
      async identify({ timeoutMs, signal }) {
        const phone = phoneOf(epoch);
        if (!phone) throw lost();
        const ms = phone.fault === 'slow' ? answerMs * 25 : answerMs;
        const answers = phone.fault !== 'silent' && ms < timeoutMs;
        await sleep(clock, answers ? ms : timeoutMs, AbortSignal.any([signal, ended.signal, closed.signal]));
        const answering = phoneOf(epoch);
        if (!answering) throw lost();
        if (!answers)
          throw new BenchError('device_silent', 'The virtual phone does not answer. Unplug it and plug it in again.');
        return tell(answering, clock.now());
      },
      async close() {
        ended.abort(new BenchError('device_lost', 'The conversation was closed.'));
        closed.signal.removeEventListener('abort', end);
        end();
      },
    };
  };

  return {
    name: adapterName,
    watch(onChange, signal) {
      if (signal.aborted || closed.signal.aborted) return;
      const stop = world.subscribe(() => onChange(sightings()));
      for (const end of [signal, closed.signal]) end.addEventListener('abort', stop, { once: true });
      onChange(sightings());
    },
    async open(sighting, signal) {
      signal.throwIfAborted();
      if (closed.signal.aborted || !phoneOf(sighting.epoch)) throw lost();
      if (spokenTo.has(sighting.epoch))
        throw new BenchError('port_unavailable', 'Something else is talking to this phone. Wait and try again.');
      return openSession(sighting.epoch);
    },
    async close() {
      closed.abort(lost());
    },
  };
}
