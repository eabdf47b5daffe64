import { randomUUID } from 'node:crypto';
import { type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron';
import type { z } from 'zod';
import type { Reply } from '../../shared/contract.ts';
import type { Bench } from './bench.ts';
import { CallArguments } from './call-arguments.ts';
import { isAppUrl } from './origin.ts';

/** Carries calls and events between pages and the station. One page is one connection, named by this side alone. */
export function connectPages(station: Pick<Bench, 'call' | 'subscribe' | 'closeConnection'>) {
  const connections = new Map<WebContents, string>();

  registerHandler('bench:call', CallArguments, async (contents, [name, input]): Promise<Reply> => {
    const connection = connections.get(contents);
    if (connection === undefined) throw new Error('refused: this page has no connection');
    return station.call(connection, name, input);
  });

  return {
    /** Gives the page a connection of its own until it is destroyed. */
    open(contents: WebContents): void {
      const connection = randomUUID();
      connections.set(contents, connection);
      const unsubscribe = station.subscribe(connection, (event, payload) => {
        if (!contents.isDestroyed()) contents.send('bench:event', event, payload);
      });
      contents.once('destroyed', () => {
        connections.delete(contents);
        unsubscribe();
        station.closeConnection(connection);
      });
    },
  };
}

/** The only way a channel gets a handler: checks who asks and what is asked before anything else runs. */
function registerHandler<Schema extends z.ZodType>(
  channel: string,
  schema: Schema,
  answer: (contents: WebContents, values: z.output<Schema>) => Promise<Reply>,
): void {
  ipcMain.handle(channel, async (event, ...values: unknown[]) => {
    if (!isOwnTopFrame(event)) throw new Error('refused: not the page of the bench');
    const parsed = schema.safeParse(values);
    return parsed.success ? answer(event.sender, parsed.data) : refusal();
  });
}

function isOwnTopFrame({ senderFrame }: Pick<IpcMainInvokeEvent, 'senderFrame'>): boolean {
  return senderFrame !== null && senderFrame.parent === null && isAppUrl(senderFrame.url);
}

function refusal(): Reply {
  const message = 'The call has no valid name, is no plain value or is too large.';
  return { ok: false, error: { code: 'bad_input', message, traceId: randomUUID() } };
}
