import { BenchError } from '../../../shared/errors.ts';
import type { DeviceId } from '../../../shared/ids.ts';
import type { IdentityRead, Sighting } from '../../drivers/devices/adapter.ts';

/** The right to work with one device; nobody else can claim it meanwhile. */
export type Claim = {
  readonly portPath: string;
  /** Epoch on the cable just now; null while the device is away. */
  epoch(): string | null;
  /** Reads identity from whatever is on the connector now; `device_lost` when that left before the read was over. */
  identify(signal: AbortSignal): Promise<IdentityRead>;
  /** Calls back when the device leaves or comes back; returns what stops it. */
  onPresence(listener: (present: boolean) => void): () => void;
  /** Gives the device back. `same: false` means that the last read was of something else, or told nothing. */
  release(outcome: { same: boolean }): void;
};

/** `readEpoch`: what was last read on the connector, at first the device as it was recognised. */
type Held = { present: boolean; readEpoch: string; listeners: Set<(present: boolean) => void> };

type Owner = {
  sighting(): Sighting;
  read(sighting: Sighting, signal: AbortSignal): Promise<IdentityRead>;
  released(outcome: { same: boolean; present: boolean }): void;
};

/** Who works with which device, and whether it is on the cable meanwhile. */
export function createClaims() {
  const held = new Map<DeviceId, Held>();
  return {
    isAway: (id: DeviceId) => held.get(id)?.present === false,
    /** Tells whoever holds the device; false when nobody does. */
    setPresent(id: DeviceId, present: boolean): boolean {
      const claim = held.get(id);
      if (!claim) return false;
      claim.present = present;
      for (const listener of [...claim.listeners]) listener(present);
      return true;
    },
    take(portPath: string, id: DeviceId, owner: Owner): Claim {
      const mine: Held = { present: true, readEpoch: owner.sighting().epoch, listeners: new Set() };
      held.set(id, mine);
      return {
        portPath,
        epoch: () => (mine.present ? owner.sighting().epoch : null),
        async identify(signal) {
          const sighting = owner.sighting();
          const read = await owner.read(sighting, signal);
          // The conversation ends after the answer: meanwhile something else may stand on the connector.
          if (!mine.present || owner.sighting().epoch !== sighting.epoch) throw leftMeanwhile();
          mine.readEpoch = sighting.epoch;
          return read;
        },
        onPresence(listener) {
          mine.listeners.add(listener);
          return () => mine.listeners.delete(listener);
        },
        release({ same }) {
          if (held.get(id) !== mine) return;
          held.delete(id);
          owner.released({ same: same && owner.sighting().epoch === mine.readEpoch, present: mine.present });
        },
      };
    },
  };
}

function leftMeanwhile(): BenchError {
  return new BenchError(
    'device_lost',
    'The device left its connector while it was read. Wait until it is ready again.',
  );
}
