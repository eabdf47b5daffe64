import { useSyncExternalStore } from 'react';

export const screens = [
  'bench',
  'approvals',
  'jobs',
  'journal',
  'reports',
  'reviews',
  'users',
  'privacy',
  'station',
  'me',
] as const;
export type Screen = (typeof screens)[number];
/** `#/bench/<job id>`: a screen and the thing opened on it. */
export type Route = { screen: Screen; id: string | null };

export function routeHref({ screen, id }: Route): string {
  return id === null ? `#/${screen}` : `#/${screen}/${id}`;
}

export function goTo(route: Route): void {
  window.location.hash = routeHref(route);
}

function parseRoute(hash: string): Route {
  const [, screen, id] = hash.split('/');
  return { screen: screens.find(known => known === screen) ?? 'bench', id: id ?? null };
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(watchHash, () => window.location.hash));
}

function watchHash(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}
