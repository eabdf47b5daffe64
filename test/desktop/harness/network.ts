import type { Protocol } from '../../../node_modules/playwright-core/types/protocol.d.ts';
import type { Addresses } from './address.ts';
import type { Chromium } from './chromium.ts';
import type { createProtocol } from './protocol.ts';
import type { createSession } from './session.ts';
import type { Contents } from './web-contents.ts';

type Paused = Protocol.Fetch.requestPausedPayload;
type NetworkDeps = {
  chromium: Chromium;
  addresses: Addresses;
  protocol: ReturnType<typeof createProtocol>;
  session: ReturnType<typeof createSession>;
  contentsOf(targetId: string): Contents | null;
};

/**
 * Answers every request of every page from the application's own protocol handlers and refuses all others. Enabled on
 * the browser, not on a page, or the requests of service workers are missed. `refused` lists what pages asked of the
 * network: a test asserts that it is empty.
 */
export function createNetwork(deps: NetworkDeps) {
  const { chromium, addresses, protocol, session, contentsOf } = deps;
  const refused: string[] = [];

  const fail = (requestId: string, errorReason: Protocol.Network.ErrorReason) =>
    chromium.send('Fetch.failRequest', { requestId, errorReason });

  const answer = async (paused: Paused) => {
    const { requestId, request } = paused;
    const url = addresses.toMain(request.url);
    if (!allowsNavigation(paused, url)) return await fail(requestId, 'Aborted');
    if (!(await session.admits({ url, method: request.method }))) {
      refused.push(url);
      return await fail(requestId, 'BlockedByClient');
    }
    const { protocol: scheme } = new URL(url);
    if (['data:', 'blob:', 'about:'].includes(scheme))
      return await chromium.send('Fetch.continueRequest', { requestId });
    const handler = protocol.handlerOf(scheme.slice(0, -1));
    if (!handler) {
      refused.push(url);
      return await fail(requestId, 'InternetDisconnected');
    }
    return await fulfil(paused, await handler(requestFor(paused, url)));
  };

  const allowsNavigation = (paused: Paused, url: string) => {
    const contents = contentsOf(paused.frameId);
    if (paused.resourceType !== 'Document') return true;
    // A tab that Chromium opened although setWindowOpenHandler denied it, or a frame: frames are not emulated.
    if (!contents) return false;
    return contents.allowsNavigation({ url, isMainFrame: true, isRedirect: paused.redirectedRequestId !== undefined });
  };

  const requestFor = ({ request }: Paused, url: string) => {
    const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [
      name,
      addresses.toMain(value),
    ]);
    const init: RequestInit = { method: request.method, headers };
    if (request.postData !== undefined) init.body = request.postData;
    return new Request(url, init);
  };

  const fulfil = async ({ requestId }: Paused, response: Response) => {
    if (response.type === 'error') return await fail(requestId, 'Failed');
    const responseHeaders = [...response.headers].map(([name, value]) => ({
      name,
      value: addresses.headerForPage(name, value),
    }));
    return await chromium.send('Fetch.fulfillRequest', {
      requestId,
      responseCode: response.status,
      responseHeaders,
      body: Buffer.from(await response.arrayBuffer()).toString('base64'),
    });
  };

  return {
    refused: refused as readonly string[],
    async start() {
      chromium.on('', 'Fetch.requestPaused', paused => {
        answer(paused).catch(async error => {
          // The page went away while it was answered.
          if (/Invalid InterceptionId|browser closed/.test(String(error))) return;
          console.error(error);
          await fail(paused.requestId, 'Failed').catch(() => {});
        });
      });
      await chromium.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
    },
  };
}
