import {
  type EventName,
  events,
  type Input,
  type Method,
  methods,
  type Output,
  type Payload,
  type Reply,
} from './contract.ts';
import { BenchError, ErrorCode } from './errors.ts';

/** What moves calls and events between a screen and a station: Electron IPC, loopback HTTP, or a direct call. */
export type Carrier = {
  call(name: string, input: unknown): Promise<Reply>;
  /** Calls back for every event until the returned function is called. */
  subscribe(listener: (event: string, payload: unknown) => void): () => void;
};

type Call<M extends Method> =
  undefined extends Input<M> ? (input?: Input<M>) => Promise<Output<M>> : (input: Input<M>) => Promise<Output<M>>;

export type Client = { [M in Method]: Call<M> } & {
  on<E extends EventName>(event: E, listener: (payload: Payload<E>) => void): () => void;
};

/** One typed function for each method, and `on` for events; answers are parsed again on this side. */
export function createClient(carrier: Carrier): Client {
  const client: Partial<Client> = {
    on: (event, listener) =>
      carrier.subscribe((name, payload) => {
        if (name === event) listener(parseEvent(event, payload));
      }),
  };
  for (const name of Object.keys(methods) as Method[]) {
    Object.assign(client, {
      [name]: async (input: unknown) => {
        const reply = await carrier.call(name, input);
        if (reply.ok) return methods[name].output.parse(reply.value);
        throw new BenchError(ErrorCode.catch('internal').parse(reply.error.code), reply.error.message);
      },
    });
  }
  return client as Client;
}

function parseEvent<E extends EventName>(event: E, payload: unknown): Payload<E> {
  return events[event].parse(payload) as Payload<E>;
}
