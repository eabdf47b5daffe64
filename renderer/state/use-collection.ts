import { useEffect, useState } from 'react';
import type { BenchError } from '../../shared/errors.ts';
import { asBenchError } from './as-bench-error.ts';
import { useBench } from './bench.tsx';

export type Source<T> = {
  load(): Promise<readonly T[]>;
  subscribe(listener: (item: T) => void): () => void;
  keyOf(item: T): string;
};

export type Collected<T> = {
  /** Null until the first answer. */
  items: readonly T[] | null;
  error: BenchError | null;
};

/**
 * A list from the station, kept up to date by events merged by key. `source` must keep its identity between renders.
 * Events are applied once a frame, so a flood of them costs one rendering.
 */
export function useCollection<T>(source: Source<T>): Collected<T> {
  const { epoch } = useBench();
  const [items, setItems] = useState<ReadonlyMap<string, T> | null>(null);
  const [error, setError] = useState<BenchError | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new epoch means events were missed, so the list loads again.
  useEffect(() => {
    const fresh = new Map<string, T>();
    let loaded = false;
    let frame: number | null = null;
    let stopped = false;

    const flush = () => {
      frame = null;
      const changed = [...fresh];
      fresh.clear();
      setItems(before => new Map([...(before ?? []), ...changed]));
    };
    const unsubscribe = source.subscribe(item => {
      fresh.set(source.keyOf(item), item);
      if (loaded) frame ??= requestAnimationFrame(flush);
    });
    source.load().then(
      list => {
        if (stopped) return;
        loaded = true;
        const missed = [...fresh];
        fresh.clear();
        setError(null);
        setItems(new Map([...list.map(item => [source.keyOf(item), item] as const), ...missed]));
      },
      failure => {
        if (!stopped) setError(asBenchError(failure));
      },
    );
    return () => {
      stopped = true;
      unsubscribe();
      if (frame !== null) cancelAnimationFrame(frame);
    };
  }, [source, epoch]);

  return { items: items === null ? null : [...items.values()], error };
}
