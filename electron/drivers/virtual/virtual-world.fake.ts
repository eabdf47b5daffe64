import { BenchError } from '../../../shared/errors.ts';
import type { Random } from '../random/random.ts';
import { drawPhone, type VirtualPhone, type VirtualPhoneSpec } from './phones.fake.ts';

const connectorCount = 200;

/** Bus paths of the world's connectors: hubs of ten at one root. */
const connectors = Array.from({ length: connectorCount }, (_, i) => `1-${1 + Math.floor(i / 10)}.${1 + (i % 10)}`);

/** The state that adapter and erasure tool share: which phones there are and which are on the cable. */
export function createVirtualWorld(random: Random) {
  const phones = new Map<string, VirtualPhone>();
  const listeners = new Set<() => void>();
  const rebooting = new Set<string>();

  const get = (id: string): VirtualPhone => {
    const phone = phones.get(id);
    if (!phone) throw new BenchError('not_found', 'There is no such virtual phone.');
    return phone;
  };
  const put = (phone: VirtualPhone) => {
    phones.set(phone.id, phone);
    return phone;
  };
  const onCable = (portPath: string) => [...phones.values()].find(p => p.epoch !== null && p.portPath === portPath);
  const freeConnector = () => {
    const claimed = new Set([...phones.values()].map(p => p.portPath));
    const free = connectors.find(c => !claimed.has(c)) ?? connectors.find(c => !onCable(c));
    if (free === undefined) throw new BenchError('state_refused', 'All virtual connectors are taken. Unplug a phone.');
    return free;
  };
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const attach = (phone: VirtualPhone): VirtualPhone => {
    if (onCable(phone.portPath))
      throw new BenchError('state_refused', 'There is a virtual phone on this connector. Unplug it first.');
    const attached = put({ ...phone, epoch: random.uuid() });
    rebooting.delete(phone.id);
    tell();
    return attached;
  };
  const detach = (id: string): VirtualPhone => {
    rebooting.delete(id);
    const phone = get(id);
    if (phone.epoch === null) return phone;
    const detached = put({ ...phone, epoch: null });
    tell();
    return detached;
  };

  return {
    get,
    list: (): VirtualPhone[] => [...phones.values()],
    onCable,
    /** Changes what a phone is, not where it is. */
    change: (id: string, change: Partial<Omit<VirtualPhone, 'id' | 'portPath' | 'epoch'>>) =>
      put({ ...get(id), ...change }),
    add: (spec: VirtualPhoneSpec): VirtualPhone =>
      attach(drawPhone(random, phones.size, spec.portPath ?? freeConnector(), spec)),
    /** Puts a phone on the cable under a new epoch; does nothing when it is there. */
    attach(id: string, portPath?: string): VirtualPhone {
      const phone = get(id);
      if (phone.epoch !== null) return phone;
      const taken = onCable(phone.portPath) !== undefined;
      return attach({ ...phone, portPath: portPath ?? (taken ? freeConnector() : phone.portPath) });
    },
    detach,
    /** Takes the phone off the cable until `comeBack`, unless somebody pulls the cable meanwhile. */
    reboot(id: string): void {
      detach(id);
      rebooting.add(id);
    },
    comeBack(id: string): void {
      const phone = get(id);
      if (rebooting.has(id) && !onCable(phone.portPath)) attach(phone);
    },
    /** Calls back after each change of what is on the cable; returns what stops it. */
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export type VirtualWorld = ReturnType<typeof createVirtualWorld>;
