import { EventEmitter } from 'node:events';

export const notEmulated = (what: string) => new Error(`electron-harness: ${what} is not emulated`);

/** Reading a member that is absent throws and names it, where a plain object would answer undefined. */
export function strict<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(held, key) {
      const asked = typeof key === 'string' && key !== 'then' && key !== 'toJSON';
      if (asked && !(key in held)) throw notEmulated(`${name}.${key}`);
      return Reflect.get(held, key, held);
    },
  });
}

/** The emulated part of an Electron object where Electron's whole type is asked for; using the rest throws by name. */
export const asWhole = <T extends object>(part: object): T => part as T;

export type EmitterMethod = 'on' | 'once' | 'off' | 'addListener' | 'removeListener' | 'listenerCount' | 'emit';

/** The members of `api` on an event emitter; listening for an event the harness never emits throws and names it. */
export function emitting<T extends object>(name: string, events: readonly string[], api: T): T & EventEmitter {
  const emitter = new EventEmitter().setMaxListeners(0);
  emitter.on('newListener', (event: string | symbol) => {
    if (typeof event === 'string' && !events.includes(event)) throw notEmulated(`${name} event '${event}'`);
  });
  Object.defineProperties(emitter, Object.getOwnPropertyDescriptors(api));
  return strict(name, emitter) as T & EventEmitter;
}

export type FiredEvent = { defaultPrevented: boolean; preventDefault(): void };

export function createEvent<T extends object>(detail: T): T & FiredEvent {
  const event = {
    ...detail,
    defaultPrevented: false,
    preventDefault() {
      event.defaultPrevented = true;
    },
  };
  return event;
}

/** Emits an Electron event, whose first argument is the event object, and returns that object. */
export function fire(emitter: EventEmitter, name: string, detail: object = {}, ...rest: unknown[]): FiredEvent {
  const event = createEvent(detail);
  emitter.emit(name, event, ...rest);
  return event;
}

/** Throws for the first option whose name is not in the list. */
export function checkOptions(what: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) if (!known.includes(name)) throw notEmulated(`${what} '${name}'`);
}
