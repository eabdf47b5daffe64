import { useCallback, useEffect, useState } from 'react';
import type { BenchError } from '../../shared/errors.ts';
import { asBenchError } from './as-bench-error.ts';
import { useBench } from './bench.tsx';

export type LiveSource<T> = {
  load(): Promise<T>;
  subscribe?(listener: (value: T) => void): () => void;
};

export type Live<T> = { value: T | null; error: BenchError | null; reload(): void; set(value: T): void };

/** One value from the station, kept up to date by its event. `source` must keep its identity between renders. */
export function useLive<T>(source: LiveSource<T>): Live<T> {
  const { epoch } = useBench();
  const [state, setState] = useState<{ source: LiveSource<T>; value: T } | null>(null);
  const [error, setError] = useState<BenchError | null>(null);
  const [round, setRound] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new epoch or round asks for the value again.
  useEffect(() => {
    let stopped = false;
    let told = false;
    const set = (value: T) => setState({ source, value });
    const unsubscribe = source.subscribe?.(value => {
      told = true;
      set(value);
    });
    source.load().then(
      value => {
        if (stopped) return;
        setError(null);
        if (!told) set(value);
      },
      failure => {
        if (!stopped) setError(asBenchError(failure));
      },
    );
    return () => {
      stopped = true;
      unsubscribe?.();
    };
  }, [source, epoch, round]);

  const set = useCallback((value: T) => setState({ source, value }), [source]);
  return {
    value: state?.source === source ? state.value : null,
    error,
    reload: () => setRound(before => before + 1),
    set,
  };
}
