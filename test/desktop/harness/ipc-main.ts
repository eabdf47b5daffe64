import { type EmitterMethod, emitting } from './strict.ts';

type IpcMembers = Pick<Electron.IpcMain, 'handle' | 'handleOnce' | 'removeHandler'>;
type Handler = Parameters<Electron.IpcMain['handle']>[1];
export type IpcMainApi = IpcMembers & Pick<Electron.IpcMain, EmitterMethod>;

/** `invoke` runs the handler of a channel as ipcRenderer.invoke does. Channels of ipcMain.on are not emulated. */
export function createIpcMain() {
  const handlers = new Map<string, Handler>();
  const members: IpcMembers = {
    handle(channel, handler) {
      if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
      if (typeof handler !== 'function') {
        throw new TypeError(`Expected handler to be a function, but found type '${typeof handler}'`);
      }
      handlers.set(channel, handler);
    },
    handleOnce(channel, handler) {
      members.handle(channel, (event, ...values) => {
        handlers.delete(channel);
        return handler(event, ...values);
      });
    },
    removeHandler: channel => void handlers.delete(channel),
  };
  const api = emitting('ipcMain', [], members);
  return {
    api: api as IpcMainApi & typeof api,
    async invoke(channel: string, event: Electron.IpcMainInvokeEvent, values: unknown[]): Promise<unknown> {
      const handler = handlers.get(channel);
      if (!handler) throw new Error(`No handler registered for '${channel}'`);
      return await handler(event, ...values);
    },
  };
}
