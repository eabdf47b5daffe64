import { useEffect } from 'react';
import type { Api } from '../api.ts';

const everyMs = 20_000;

/** Tells the station while somebody types or points, so that the session locks only when nobody is there. */
export function useTouch(api: Api, active: boolean): void {
  useEffect(() => {
    if (!active) return;
    let told = 0;
    const touch = () => {
      if (Date.now() - told < everyMs) return;
      told = Date.now();
      // A line that is down shows itself elsewhere; the next touch tries again.
      api['identity.touch']().catch(() => {});
    };
    const kinds = ['pointerdown', 'keydown', 'wheel'] as const;
    for (const kind of kinds) window.addEventListener(kind, touch, { passive: true });
    return () => {
      for (const kind of kinds) window.removeEventListener(kind, touch);
    };
  }, [api, active]);
}
