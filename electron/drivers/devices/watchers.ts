import type { Sighting } from './adapter.ts';

/** Whoever watches an adapter: told the current list at once and each list of `tell` from then on, until their signal aborts. */
export function createWatchers(current: () => Sighting[]) {
  const watchers = new Set<(sightings: Sighting[]) => void>();
  return {
    add(onChange: (sightings: Sighting[]) => void, signal: AbortSignal) {
      watchers.add(onChange);
      signal.addEventListener('abort', () => watchers.delete(onChange), { once: true });
      onChange(current());
    },
    tell() {
      const list = current();
      for (const watcher of [...watchers]) watcher(list);
    },
    clear: () => watchers.clear(),
  };
}
