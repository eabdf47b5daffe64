import { type Carrier, type Client, createClient } from '../shared/client.ts';
import { createLoopbackCarrier, type Link } from './loopback.ts';

declare global {
  interface Window {
    /** Put there by the desktop's preload; absent in a browser. */
    bench?: Carrier;
  }
}

export type Api = Client;

export type Station = {
  api: Api;
  /** Calls back with the present state of the line to the station and with every change of it. */
  watchLink(listener: (link: Link) => void): () => void;
};

const tokenPattern = /^#token=(.+)$/;

/** The station behind this page: the desktop's own process where there is one, the loopback host otherwise. */
export function connectStation(page: Window): Station {
  if (page.bench) {
    const api = createClient(page.bench);
    return {
      api,
      watchLink(listener) {
        listener('connected');
        return () => {};
      },
    };
  }
  // Opening the printed address in a tab that shows the bench already changes nothing but the fragment.
  page.addEventListener('hashchange', () => {
    if (tokenPattern.test(page.location.hash)) page.location.reload();
  });
  const carrier = createLoopbackCarrier({
    token: takeToken(page),
    stored: {
      read: () => page.sessionStorage.getItem('connection'),
      write: connection => page.sessionStorage.setItem('connection', connection),
    },
  });
  return { api: createClient(carrier), watchLink: carrier.watchLink };
}

/** Reads the launch token from the fragment and takes it out of the address bar and the history. */
function takeToken(page: Window): string | null {
  const token = tokenPattern.exec(page.location.hash)?.[1] ?? null;
  if (token !== null) page.history.replaceState(null, '', page.location.pathname);
  return token;
}
