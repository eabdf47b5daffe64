import { type EventName, events, type Payload } from '../shared/contract.ts';
import { masked } from '../shared/masking.ts';
import { allows } from '../shared/permissions.ts';
import type { GateSession, Publish, PublishTo } from './handlers.ts';

type Listener = (event: string, payload: unknown) => void;

/**
 * Tells screens what happened: only those whose session is open and may read the bench, masked as for an answer.
 * A screen without such a session hears about its own session alone.
 */
export function createPublisher(deps: { sessionOf(connection: string): GateSession | null }) {
  const listeners = new Map<Listener, string>();

  const publish: Publish = (event, payload) => {
    if (listeners.size === 0) return;
    const value = parse(event, payload);
    for (const [listener, connection] of listeners) {
      const session = deps.sessionOf(connection);
      if (!session || !isOpen(session) || !allows(session.role, 'bench.read')) continue;
      listener(event, allows(session.role, 'pii.read') ? value : masked(value));
    }
  };
  const publishTo: PublishTo = (connection, event, payload) => {
    const value = parse(event, payload);
    for (const [listener, owner] of listeners) if (owner === connection) listener(event, value);
  };

  return {
    publish,
    publishTo,
    subscribe(connection: string, listener: Listener) {
      // A listener of its own, so that the same function can be subscribed twice and stopped once.
      const mine: Listener = (event, payload) => listener(event, payload);
      listeners.set(mine, connection);
      return () => {
        listeners.delete(mine);
      };
    },
  };
}

function isOpen({ locked, mustChange, noticeDue }: GateSession): boolean {
  return !locked && !mustChange && !noticeDue;
}

function parse<E extends EventName>(event: E, payload: Payload<E>): unknown {
  return events[event].parse(payload);
}
