import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Addresses } from './address.ts';
import { notEmulated, strict } from './strict.ts';

export type ProtocolApi = Pick<
  Electron.Protocol,
  'registerSchemesAsPrivileged' | 'handle' | 'unhandle' | 'isProtocolHandled'
>;
type Answer = Parameters<Electron.Protocol['handle']>[1];
type ProtocolDeps = { addresses: Addresses; isReady(): boolean; mustBeReady(what: string): void };

export function createProtocol({ addresses, isReady, mustBeReady }: ProtocolDeps) {
  const handlers = new Map<string, Answer>();
  let registered = false;
  const api: ProtocolApi = strict('protocol', {
    registerSchemesAsPrivileged(schemes) {
      if (isReady()) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
      if (registered) throw new Error('protocol.registerSchemesAsPrivileged can be called only once');
      registered = true;
      for (const { scheme, privileges } of schemes) {
        if (!privileges?.standard || !privileges.secure) {
          throw notEmulated(`scheme '${scheme}' that is not standard and secure`);
        }
        if (privileges.bypassCSP) throw notEmulated(`scheme '${scheme}' with bypassCSP`);
        addresses.register(scheme);
      }
    },
    handle(scheme, answer) {
      mustBeReady('protocol');
      if (handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
      if (!addresses.isRegistered(scheme)) throw notEmulated(`protocol.handle('${scheme}') of an unregistered scheme`);
      handlers.set(scheme, answer);
    },
    unhandle(scheme) {
      if (!handlers.delete(scheme)) throw new Error(`Failed to unhandle protocol: ${scheme}`);
    },
    isProtocolHandled: scheme => handlers.has(scheme),
  } satisfies ProtocolApi);
  return { api, handlerOf: (scheme: string) => handlers.get(scheme) ?? null };
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

export type NetApi = Pick<Electron.Net, 'fetch' | 'isOnline'>;

/** Electron's net over files alone: everything else is offline. */
export function createNet(): NetApi {
  return strict<NetApi>('net', {
    async fetch(input: string | Request) {
      const url = new URL(typeof input === 'string' ? input : input.url);
      if (url.protocol !== 'file:') throw new Error('net::ERR_INTERNET_DISCONNECTED');
      const content = await readFile(fileURLToPath(url)).catch(() => {
        throw new Error('net::ERR_FILE_NOT_FOUND');
      });
      const mediaType = mediaTypes[path.extname(url.pathname)] ?? 'application/octet-stream';
      return new Response(content, { headers: { 'content-type': mediaType } });
    },
    isOnline: () => false,
    online: false,
  } as NetApi);
}
