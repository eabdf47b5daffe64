import { z } from 'zod';
import type { Carrier } from '../shared/client.ts';
import type { Reply } from '../shared/contract.ts';
import { ErrorCode } from '../shared/errors.ts';

/** `stale`: the station does not know this page any more; only the address it prints at its start helps. */
export type Link = 'connecting' | 'connected' | 'lost' | 'stale';

export type LoopbackCarrier = Carrier & { watchLink(listener: (link: Link) => void): () => void };

type Deps = {
  token: string | null;
  /** Where this tab keeps its connection over a reload. */
  stored: { read(): string | null; write(connection: string): void };
};

type Listener = (event: string, payload: unknown) => void;

const ConnectAnswer = z.object({ connection: z.string() });
const EventLine = z.object({ event: z.string(), payload: z.unknown() });
const ReplyAnswer = z.union([
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error: z.object({ code: ErrorCode, message: z.string(), traceId: z.string() }),
  }),
]);

const firstWaitMs = 250;
const longestWaitMs = 4_000;

class StaleConnection extends Error {}

/** Speaks to the bench's host on 127.0.0.1; reconnects by itself and says so through `watchLink`. */
export function createLoopbackCarrier({ token, stored }: Deps): LoopbackCarrier {
  const listeners = new Set<Listener>();
  const watchers = new Set<(link: Link) => void>();
  let link: Link = 'connecting';
  let connecting: Promise<string> | null = null;

  function setLink(next: Link): void {
    if (link === next) return;
    link = next;
    for (const watcher of watchers) watcher(next);
  }

  function connection(): Promise<string> {
    connecting ??= openConnection(token, stored).catch(error => {
      connecting = null;
      throw error;
    });
    return connecting;
  }

  async function request(path: string, init: RequestInit): Promise<Response> {
    const response = await fetch(path, { ...init, headers: { authorization: `Bearer ${await connection()}` } });
    if (response.status === 403) throw new StaleConnection();
    return response;
  }

  async function call(name: string, input: unknown): Promise<Reply> {
    try {
      const body = input === undefined ? null : JSON.stringify(input);
      const response = await request(`/call/${name}`, { method: 'POST', body });
      return ReplyAnswer.parse(await response.json());
    } catch (error) {
      if (error instanceof StaleConnection) setLink('stale');
      return unreachable;
    }
  }

  async function listen(): Promise<void> {
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      try {
        const response = await request('/events', { method: 'GET' });
        if (response.body !== null && response.ok) {
          setLink('connected');
          waitMs = firstWaitMs;
          await readEvents(response.body, (event, payload) => {
            for (const listener of listeners) listener(event, payload);
          });
        }
      } catch (error) {
        if (error instanceof StaleConnection) return setLink('stale');
      }
      setLink('lost');
      await new Promise(resolve => setTimeout(resolve, waitMs));
    }
  }

  void listen();

  return {
    call,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    watchLink(watcher) {
      watchers.add(watcher);
      watcher(link);
      return () => watchers.delete(watcher);
    },
  };
}

const unreachable: Reply = {
  ok: false,
  error: { code: 'station_unreachable', message: 'The bench does not answer this screen.', traceId: '' },
};

async function openConnection(token: string | null, stored: Deps['stored']): Promise<string> {
  const known = stored.read();
  if (token === null) {
    if (known === null) throw new StaleConnection();
    return known;
  }
  const response = await fetch('/connect', { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  if (response.status === 403) throw new StaleConnection();
  const { connection } = ConnectAnswer.parse(await response.json());
  stored.write(connection);
  return connection;
}

/** Reads lines of JSON until the stream ends; blank lines only keep it alive. */
async function readEvents(body: ReadableStream<Uint8Array>, listener: Listener): Promise<void> {
  let rest = '';
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const lines = (rest + decoder.decode(chunk.value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() === '') continue;
      const { event, payload } = EventLine.parse(JSON.parse(line));
      listener(event, payload);
    }
  }
}
