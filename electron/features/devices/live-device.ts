import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import { type Device, type DeviceState, judgeImei, noIdentifiers, type ShownFact } from '../../../shared/devices.ts';
import type { DeviceId, JobId } from '../../../shared/ids.ts';
import type { Fact, IdentityRead, Sighting } from '../../drivers/devices/adapter.ts';
import { type DeviceEvent, deviceMachine, stateOf } from './device.machine.ts';

/** What the bench knows of one attached thing. Values only; every change makes a new one. */
export type LiveDevice = {
  id: DeviceId;
  sighting: Sighting;
  snapshot: SnapshotFrom<typeof deviceMachine>;
  read: IdentityRead | null;
  /** Journal index of the identity read that `read` came from. */
  identifiedIdx: number | null;
  trouble: string | null;
};

export function newLiveDevice(id: DeviceId, sighting: Sighting): LiveDevice {
  const [snapshot] = initialTransition(deviceMachine);
  return { id, sighting, snapshot, read: null, identifiedIdx: null, trouble: null };
}

/** The device after the event; unchanged when its machine does not take it. */
export function stepDevice(device: LiveDevice, event: DeviceEvent): LiveDevice {
  return device.snapshot.can(event)
    ? { ...device, snapshot: transition(deviceMachine, device.snapshot, event)[0] }
    : device;
}

export function stateOfDevice(device: LiveDevice): DeviceState {
  return stateOf(device.snapshot.value);
}

/** A fact for the screen: its value as text, or the reason there is none. */
export function shown(fact: Fact<string | number> | undefined): ShownFact {
  if (!fact) return { value: null, why: 'not read yet' };
  return fact.ok ? { value: String(fact.value), why: null } : { value: null, why: fact.why };
}

/** The device for the screen; `connector` is what its connector is called. */
export function viewOfDevice(device: LiveDevice, jobId: JobId | null, connector: string | null): Device {
  const { sighting, read } = device;
  const imei = read?.identifiers.imei[0];
  return {
    id: device.id,
    state: stateOfDevice(device),
    adapter: sighting.adapter,
    portPath: sighting.portPath,
    connector,
    mode: sighting.mode,
    manufacturer: shown(read?.manufacturer),
    model: shown(read?.model),
    revision: shown(read?.revision),
    batteryLevel: shown(read?.batteryLevel),
    identifiers: read?.identifiers ?? noIdentifiers,
    imeiFlag: imei === undefined ? null : judgeImei(imei),
    jobId,
    trouble: device.trouble,
  };
}
