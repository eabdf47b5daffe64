import { isDeepStrictEqual } from 'node:util';
import { connectorName } from '../../../shared/connector-name.ts';
import type { deviceMethods, Identifiers } from '../../../shared/devices.ts';
import { hasIdentifier, judgeImei } from '../../../shared/devices.ts';
import { BenchError } from '../../../shared/errors.ts';
import { DeviceId, type JobId } from '../../../shared/ids.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { DeviceAdapter, IdentityRead, Sighting } from '../../drivers/devices/adapter.ts';
import type { Handlers, Publish } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import { type Subjects, subjectOf } from '../journal/subjects.ts';
import { type Claim, createClaims } from './claims.ts';
import { createConnectors } from './connectors.ts';
import type { DeviceEvent } from './device.machine.ts';
import { recordedFacts, shownFacts } from './fact-lines.ts';
import { type LiveDevice, newLiveDevice, stateOfDevice, stepDevice, viewOfDevice } from './live-device.ts';
import { createTurns } from './turns.ts';

const identifyTimeoutMs = 20_000;
const unread = 'It could not be read. Unplug it and plug it in again.';

export type DevicesDeps = {
  adapters: readonly DeviceAdapter[];
  clock: Clock;
  database: Database;
  journal: Journal;
  subjects: Subjects;
  publish: Publish;
  log(line: Record<string, unknown>): void;
  jobs: {
    /** The open job of this device. */
    openJobOf(id: DeviceId): JobId | null;
    /** The device of an open job whose recorded identity agrees with these identifiers. */
    deviceWithOpenJob(identifiers: Identifiers): DeviceId | null;
  };
};

/** Everything plugged into the bench: seen, identified, recognised, claimed. */
export function createDevices(deps: DevicesDeps) {
  const { adapters, database, journal, subjects, publish, jobs } = deps;
  const live = new Map<DeviceId, LiveDevice>();
  const claims = createClaims();
  const stopped = new AbortController();
  const turn = createTurns(deps.clock, stopped.signal);

  const connectors = createConnectors(deps);

  const view = (device: LiveDevice, jobId = jobs.openJobOf(device.id)) =>
    viewOfDevice(device, jobId, connectors.nameOf(device.sighting.portPath));
  const put = (device: LiveDevice) => {
    live.set(device.id, device);
    publish('device.changed', view(device));
    return device;
  };
  const move = (id: DeviceId, event: DeviceEvent, change: Partial<LiveDevice> = {}) => {
    const device = live.get(id);
    return device && put({ ...stepDevice(device, event), ...change });
  };
  const find = (id: DeviceId): LiveDevice => {
    const device = live.get(id);
    if (!device) throw new BenchError('not_found', 'The bench knows no such device.');
    return device;
  };
  const placeOf = ({ sighting: { portPath } }: LiveDevice) => connectors.nameOf(portPath) ?? portPath;
  const present = (device: LiveDevice) => stateOfDevice(device) !== 'lost';

  const readIdentity = identityReader(adapters);
  const identify = async (id: DeviceId): Promise<LiveDevice> => {
    const { sighting } = find(id);
    move(id, { type: 'identify' }, { trouble: sighting.trouble ?? null });
    try {
      const read = await readIdentity(sighting, stopped.signal);
      await turn();
      if (live.get(id)?.sighting.epoch !== sighting.epoch) return find(id);
      if (!hasIdentifier(read.identifiers)) {
        const trouble = 'It answers, but tells nothing that names it. Ask the device with *#06# and check the cable.';
        return move(id, { type: 'silent' }, { read, trouble }) ?? find(id);
      }
      return recognise(id, read);
    } catch (error) {
      if (live.get(id)?.sighting.epoch !== sighting.epoch) return live.get(id) ?? newLiveDevice(id, sighting);
      const code = error instanceof BenchError ? error.code : 'internal';
      deps.log({ level: 'info', event: 'identify.failed', device: id, code });
      const trouble = error instanceof BenchError ? error.message : unread;
      return move(id, { type: 'silent' }, { trouble }) ?? find(id);
    }
  };

  /** The id the thing keeps: that of the open job it belongs to, or its own with a key of its own. */
  const lastingId = (seen: LiveDevice, read: IdentityRead): { id: DeviceId; trouble: string | null } => {
    const known = jobs.deviceWithOpenJob(read.identifiers);
    const holder = known === null ? undefined : live.get(known);
    if (known !== null && (known === seen.id || !holder || !present(holder))) return { id: known, trouble: null };
    const same = seen.read === null || isDeepStrictEqual(seen.read.identifiers, read.identifiers);
    const id = same ? seen.id : DeviceId.parse(`dv_${subjects.newId()}`);
    subjects.ensure(subjectOf(id));
    return {
      id,
      trouble: holder ? `Another device with the same identity is plugged in at ${placeOf(holder)}.` : null,
    };
  };

  const recognise = (seenId: DeviceId, read: IdentityRead): LiveDevice => {
    const seen = find(seenId);
    const { id, trouble } = lastingId(seen, read);
    const identifiedIdx = database.write(tx =>
      journal.append(tx, {
        type: 'device.identified',
        device: id,
        data: describe(seen.sighting, read),
        pii: { identity: { subject: subjectOf(id), value: { identifiers: read.identifiers } } },
      }),
    );
    if (seen.id !== id) leave(seen);
    const { snapshot } = stepDevice(seen, { type: 'identified' });
    return put({ ...seen, id, snapshot, read, identifiedIdx, trouble });
  };

  /** The tile of a device that is not there any more: kept for an open job, else taken off. */
  const leave = (device: LiveDevice) => {
    if (jobs.openJobOf(device.id) === null) retire(device.id);
    else move(device.id, { type: 'gone' }, { trouble: 'Plug it in again to go on.' });
  };

  /** Takes a tile off the bench: the thing turned out to be another one or left without a job. */
  const retire = (id: DeviceId) => {
    const device = live.get(id);
    live.delete(id);
    if (device) publish('device.changed', view(stepDevice(device, { type: 'gone' }), null));
  };

  const gone = (...devices: LiveDevice[]) => {
    const left = devices.filter(device => !claims.setPresent(device.id, false));
    recordLosses(deps, left);
    for (const device of left) leave(device);
  };

  const arrive = (sighting: Sighting) => {
    const waiting = [...live.values()].find(d => claims.isAway(d.id) && samePlace(d.sighting, sighting));
    if (!waiting) {
      const id = DeviceId.parse(`dv_${subjects.newId()}`);
      put({ ...newLiveDevice(id, sighting), trouble: sighting.trouble ?? null });
      void identify(id);
      return;
    }
    // A candidate only: whoever holds the claim reads its identity before trusting it.
    live.set(waiting.id, { ...waiting, sighting });
    claims.setPresent(waiting.id, true);
  };

  const reconcile = (adapter: string, sightings: Sighting[]) => {
    const epochs = new Set(sightings.map(s => s.epoch));
    const isGone = (device: LiveDevice) =>
      device.sighting.adapter === adapter &&
      present(device) &&
      !claims.isAway(device.id) &&
      !epochs.has(device.sighting.epoch);
    gone(...[...live.values()].filter(isGone));
    for (const sighting of sightings) {
      const known = [...live.values()].find(d => d.sighting.epoch === sighting.epoch && present(d));
      if (!known) arrive(sighting);
      else if ((known.sighting.trouble ?? null) !== (sighting.trouble ?? null))
        put({ ...known, sighting, trouble: sighting.trouble ?? null });
    }
  };

  const claim = (id: DeviceId): Claim => {
    const state = live.has(id) ? stateOfDevice(find(id)) : 'lost';
    if (state === 'busy') throw new BenchError('device_busy', 'Somebody else works with this device.');
    if (state !== 'ready') throw notThere();
    move(id, { type: 'claimed' });
    return claims.take(find(id).sighting.portPath, id, {
      sighting: () => find(id).sighting,
      read: (sighting, signal) => readIdentity(sighting, AbortSignal.any([signal, stopped.signal])),
      released(outcome) {
        const device = move(id, { type: 'released' });
        if (!device || (outcome.present && outcome.same)) return;
        gone(device);
        if (outcome.present) arrive(device.sighting);
      },
    });
  };

  const handlers = {
    'devices.list': () => [...live.values()].map(device => view(device)),
    'devices.name_connector': ({ deviceId, name }, { operatorId }) => {
      const { portPath } = find(deviceId).sighting;
      connectors.rename(portPath, name, operatorId);
      for (const device of live.values()) if (device.sighting.portPath === portPath) put(device);
      return view(find(deviceId));
    },
    'devices.facts': ({ deviceId }) => shownFacts(find(deviceId).read),
    'devices.identify': async ({ deviceId }) => {
      const state = stateOfDevice(find(deviceId));
      if (state === 'busy' || state === 'identifying')
        throw new BenchError('device_busy', 'The device is being worked with. Wait for it to end.');
      if (state === 'lost') throw new BenchError('device_lost', 'The device is not plugged in. Plug it in again.');
      return view(await identify(deviceId));
    },
  } satisfies Pick<Handlers, keyof typeof deviceMethods>;

  return {
    handlers,
    start() {
      for (const adapter of adapters) adapter.watch(list => reconcile(adapter.name, list), stopped.signal);
    },
    /** The identity last read from a device that is ready; throws `device_lost` when it is not. */
    identityOf(id: DeviceId): { identifiers: Identifiers; identifiedIdx: number } {
      const device = find(id);
      if (stateOfDevice(device) !== 'ready' || !device.read || device.identifiedIdx === null) {
        throw notThere();
      }
      return { identifiers: device.read.identifiers, identifiedIdx: device.identifiedIdx };
    },
    /** Devices that are ready, with the identity last read. */
    ready: () =>
      [...live.values()].flatMap(device =>
        stateOfDevice(device) === 'ready' && device.read
          ? [{ id: device.id, identifiers: device.read.identifiers }]
          : [],
      ),
    /** Asks a device anew who it is; the id may change when it says something else. */
    readAgain: async (id: DeviceId): Promise<DeviceId> => (await identify(id)).id,
    isReady: (id: DeviceId) => {
      const device = live.get(id);
      return device !== undefined && ['ready', 'busy'].includes(stateOfDevice(device));
    },
    /** Publishes a device again, as when its job changed. */
    refresh(id: DeviceId) {
      const device = live.get(id);
      if (!device) return;
      if (!present(device) && jobs.openJobOf(id) === null) retire(id);
      else put(device);
    },
    claim,
    async close() {
      stopped.abort(new BenchError('device_lost', 'The bench is closing.'));
      await Promise.all(adapters.map(adapter => adapter.close()));
    },
  };
}

export type Devices = ReturnType<typeof createDevices>;

/** Devices leave whether the disk takes the record or not; nobody waits here who could be told. A hub takes many along. */
function recordLosses({ database, journal, log }: DevicesDeps, left: readonly LiveDevice[]): void {
  const devices = left.filter(device => device.identifiedIdx !== null);
  if (devices.length === 0) return;
  try {
    database.write(tx => {
      for (const { id, sighting } of devices)
        journal.append(tx, { type: 'device.lost', device: id, data: { portPath: connectorName(sighting.portPath) } });
    });
  } catch (error) {
    const code = error instanceof BenchError ? error.code : 'internal';
    for (const { id } of devices) log({ level: 'error', event: 'device.lost_not_recorded', device: id, code });
  }
}

function identityReader(adapters: readonly DeviceAdapter[]) {
  const adapterOf = ({ adapter: name }: Sighting) => {
    const adapter = adapters.find(a => a.name === name);
    if (!adapter) throw new BenchError('internal', `no adapter ${name}`);
    return adapter;
  };
  return async (sighting: Sighting, signal: AbortSignal): Promise<IdentityRead> => {
    const session = await adapterOf(sighting).open(sighting, signal);
    try {
      return await session.identify({ timeoutMs: identifyTimeoutMs, signal });
    } finally {
      await session.close();
    }
  };
}

function notThere(): BenchError {
  return new BenchError(
    'device_lost',
    'The device is not plugged in and identified. Plug it in and wait until it is ready.',
  );
}

function samePlace(a: Sighting, b: Sighting): boolean {
  return a.adapter === b.adapter && a.portPath === b.portPath;
}

function describe(sighting: Sighting, read: IdentityRead) {
  const text = (fact: IdentityRead['model']) => (fact.ok ? fact.value : null);
  const imei = read.identifiers.imei[0];
  return {
    adapter: sighting.adapter,
    portPath: connectorName(sighting.portPath),
    mode: sighting.mode,
    manufacturer: text(read.manufacturer),
    model: text(read.model),
    revision: text(read.revision),
    imei: imei === undefined ? null : judgeImei(imei),
    facts: recordedFacts(read),
  };
}
