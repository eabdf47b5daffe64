import { useEffect, useState } from 'react';
import type { BenchError } from '../../shared/errors.ts';
import { useAction } from '../state/use-action.ts';
import { blobOf } from './bytes.ts';

type Content = { contentBase64: string; mediaType: string };

/** An address for content from the station, asked for once for each key and given back when it is shown no more. */
export function useObjectUrl(
  key: string | null,
  load: () => Promise<Content>,
): { url: string | null; error: BenchError | null } {
  const [shown, setShown] = useState<{ key: string; url: string } | null>(null);
  const { error, run } = useAction();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for what `load` reads; both functions are new on every rendering.
  useEffect(() => {
    if (key === null) return;
    let made: string | null = null;
    let stopped = false;
    void run(async () => {
      const { contentBase64, mediaType } = await load();
      if (stopped) return;
      made = URL.createObjectURL(blobOf(contentBase64, mediaType));
      setShown({ key, url: made });
    });
    return () => {
      stopped = true;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [key]);

  return { url: shown?.key === key ? shown.url : null, error };
}
