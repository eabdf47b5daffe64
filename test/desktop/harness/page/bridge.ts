// Turned into text and run inside the page, never in Node: nothing here may refer to anything outside its function.

/** One end of contextBridge, between a page's main world and the preload's isolated world. */
export type Bridge = {
  /** Puts a frozen copy of `api` on the other world's window. */
  expose(key: string, api: unknown): void;
  /** Gives the other world's harness, not its page, a function under a name. */
  share(key: string, fn: (...values: unknown[]) => unknown): void;
  readonly shared: Readonly<Record<string, (...values: unknown[]) => unknown>>;
};

/**
 * Synchronous across worlds: DOM events reach both and structured-clone their `detail`. Copies as Electron does:
 * functions become proxies, prototypes are dropped, errors keep their message alone. No cycles.
 */
export function createBridge(outgoing: string, incoming: string): Bridge {
  type Parcel = { kind: string; body?: unknown };
  type Fn = (...values: unknown[]) => unknown;
  type Message =
    | { act: 'call'; ask: number; fn: number; values: Parcel[] }
    | { act: 'expose' | 'share'; ask: number; key: string; api: Parcel }
    | { act: 'reply'; ask: number; ok: boolean; parcel: Parcel }
    | { act: 'settle'; promise: number; ok: boolean; parcel: Parcel };
  type Question = Extract<Message, { ask: number }>;

  // Kept from before the page's own scripts run, which could replace them.
  const page = document;
  const CloneEvent = CustomEvent;
  const dispatch = page.dispatchEvent.bind(page);
  const clone = structuredClone;

  const functions: Fn[] = [];
  const proxies = new WeakMap<Fn, number>();
  const replies = new Map<number, Extract<Message, { act: 'reply' }>>();
  const settlers = new Map<number, (ok: boolean, value: unknown) => void>();
  const shared: Record<string, Fn> = {};
  let lastId = 0;
  const post = (detail: Message) => dispatch(new CloneEvent(outgoing, { detail }));

  const pack = (value: unknown, depth = 0): Parcel => {
    if (depth > 200) throw new TypeError('electron-harness: values nested deeper than 200 are not emulated');
    if (typeof value === 'symbol') throw new TypeError('electron-harness: symbols over contextBridge are not emulated');
    if (typeof value === 'function') return packFunction(value as Fn);
    if (value === null || typeof value !== 'object') return { kind: 'value', body: value };
    if (value instanceof Promise) return packPromise(value);
    if (value instanceof Error) return { kind: 'error', body: value.message };
    if (Array.isArray(value)) return { kind: 'array', body: value.map(child => pack(child, depth + 1)) };
    const named = Object.prototype.toString.call(value);
    if (named !== '[object Object]') {
      if (value instanceof Node) throw new TypeError('electron-harness: DOM nodes over contextBridge are not emulated');
      return { kind: 'value', body: clone(value) };
    }
    return { kind: 'object', body: Object.entries(value).map(([key, child]) => [key, pack(child, depth + 1)]) };
  };
  const packFunction = (fn: Fn): Parcel => {
    const original = proxies.get(fn);
    return original === undefined
      ? { kind: 'function', body: functions.push(fn) - 1 }
      : { kind: 'own', body: original };
  };
  const packPromise = (value: Promise<unknown>): Parcel => {
    const promise = ++lastId;
    const settle = (ok: boolean) => (result: unknown) => {
      try {
        post({ act: 'settle', promise, ok, parcel: pack(result) });
      } catch (error) {
        post({ act: 'settle', promise, ok: false, parcel: { kind: 'error', body: String(error) } });
      }
    };
    value.then(settle(true), settle(false));
    return { kind: 'promise', body: promise };
  };

  const unpack = ({ kind, body }: Parcel): unknown => {
    if (kind === 'value') return body;
    if (kind === 'error') return new Error(String(body));
    if (kind === 'own') return functions[Number(body)];
    if (kind === 'array') return (body as Parcel[]).map(unpack);
    if (kind === 'object') {
      return Object.fromEntries((body as [string, Parcel][]).map(([key, child]) => [key, unpack(child)]));
    }
    if (kind === 'promise') {
      return new Promise((resolve, reject) => {
        settlers.set(Number(body), (ok, value) => (ok ? resolve(value) : reject(value)));
      });
    }
    const fn = Number(body);
    const proxy: Fn = (...values) => ask({ act: 'call', ask: ++lastId, fn, values: values.map(value => pack(value)) });
    proxies.set(proxy, fn);
    return proxy;
  };

  const ask = (question: Question): unknown => {
    post(question);
    const reply = replies.get(question.ask);
    replies.delete(question.ask);
    if (!reply) throw new Error('electron-harness: the other world did not answer');
    if (reply.ok) return unpack(reply.parcel);
    throw unpack(reply.parcel);
  };
  const answer = (id: number, act: () => unknown) => {
    try {
      post({ act: 'reply', ask: id, ok: true, parcel: pack(act()) });
    } catch (error) {
      const message = error instanceof Error ? error.message : 'An exception that is no error was thrown.';
      post({ act: 'reply', ask: id, ok: false, parcel: { kind: 'error', body: message } });
    }
  };

  const deepFreeze = (value: unknown): unknown => {
    if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
      Object.freeze(value);
      Object.values(value).forEach(deepFreeze);
    }
    return value;
  };
  const receive = (message: Message) => {
    if (message.act === 'reply') replies.set(message.ask, message);
    if (message.act === 'settle') {
      settlers.get(message.promise)?.(message.ok, unpack(message.parcel));
      settlers.delete(message.promise);
    }
    if (message.act === 'call') answer(message.ask, () => functions[message.fn]?.(...message.values.map(unpack)));
    if (message.act === 'share') {
      answer(message.ask, () => {
        shared[message.key] = unpack(message.api) as Fn;
      });
    }
    if (message.act === 'expose') {
      answer(message.ask, () => {
        if (message.key in window)
          throw new Error('Cannot bind an API on top of an existing property on the window object');
        Object.defineProperty(window, message.key, { value: deepFreeze(unpack(message.api)), enumerable: true });
      });
    }
  };
  page.addEventListener(incoming, event => {
    event.stopImmediatePropagation();
    receive((event as CustomEvent<Message>).detail);
  });

  return {
    shared,
    expose: (key, api) => void ask({ act: 'expose', ask: ++lastId, key, api: pack(api) }),
    share: (key, fn) => void ask({ act: 'share', ask: ++lastId, key, api: pack(fn) }),
  };
}
