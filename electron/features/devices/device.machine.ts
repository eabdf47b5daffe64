import { setup } from 'xstate';
import type { DeviceState } from '../../../shared/devices.ts';

export type DeviceEvent =
  | { type: 'identify' }
  | { type: 'identified' }
  | { type: 'silent' }
  | { type: 'claimed' }
  | { type: 'released' }
  | { type: 'gone' };

/** One thing on one connector, from attach to unplug. Pure: whoever drives it reads identity and tells the outcome. */
export const deviceMachine = setup({ types: { events: {} as DeviceEvent } }).createMachine({
  id: 'device',
  initial: 'attached',
  on: { gone: '.lost' },
  states: {
    attached: { on: { identify: 'identifying' } },
    identifying: { on: { identified: 'ready', silent: 'unidentified' } },
    unidentified: { on: { identify: 'identifying' } },
    ready: { on: { identify: 'identifying', claimed: 'busy' } },
    busy: { on: { released: 'ready' } },
    // A device that comes back is read again before anything else.
    lost: { on: { identify: 'identifying' } },
  },
});

export function stateOf(value: unknown): DeviceState {
  return value as DeviceState;
}
