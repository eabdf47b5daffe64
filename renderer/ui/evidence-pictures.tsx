import { Checkbox } from '@mantine/core';
import { IconFileText, IconVideo } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Evidence } from '../../shared/evidence.ts';
import type { EvidenceId } from '../../shared/ids.ts';
import { useBench, useCan } from '../state/bench.tsx';
import { useAction } from '../state/use-action.ts';
import { blobOf, saveBlob, sizeText } from './bytes.ts';
import { ErrorAlert } from './error-alert.tsx';
import { fullTime } from './time.ts';

type Props = {
  items: readonly Evidence[];
  /** With both, each piece has a box to take it in or leave it out. */
  chosen?: readonly EvidenceId[];
  onToggle?: (id: EvidenceId) => void;
};

/** Pieces of evidence: pictures as pictures where the role may see them, the rest by name; each can be saved. */
export function EvidencePictures({ items, chosen, onToggle }: Props) {
  return (
    <ul className="evidence">
      {items.map(item => (
        <li key={item.id}>
          <EvidencePiece item={item} />
          {chosen !== undefined && (
            <Checkbox
              size="md"
              label={`Use “${item.caption ?? 'no caption'}”`}
              checked={chosen.includes(item.id)}
              onChange={() => onToggle?.(item.id)}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

function EvidencePiece({ item }: { item: Evidence }) {
  const { api } = useBench();
  const can = useCan();
  const { error, run } = useAction();
  const readable = can('pii.read');

  async function save(): Promise<void> {
    const { contentBase64, mediaType } = await api['evidence.read']({ evidenceId: item.id });
    saveBlob(blobOf(contentBase64, mediaType), `evidence-${item.id}.${item.mediaType.split('/')[1]}`);
  }

  return (
    <figure className="evidence-piece">
      {item.mediaType.startsWith('image/') && readable ? <Picture item={item} /> : <Sign item={item} />}
      <figcaption>
        <strong>{item.caption ?? 'Caption erased'}</strong>
        <small className="dimmed">
          {item.stage}, {fullTime(item.capturedAt)}, {sizeText(item.sizeBytes)}
        </small>
        {readable && (
          <button type="button" className="link-button" onClick={() => void run(save)}>
            Save a copy
          </button>
        )}
        <ErrorAlert error={error} />
      </figcaption>
    </figure>
  );
}

function Sign({ item: { mediaType } }: { item: Evidence }) {
  return mediaType.startsWith('video/') ? <IconVideo size={40} aria-hidden /> : <IconFileText size={40} aria-hidden />;
}

function Picture({ item: { id, caption } }: { item: Evidence }) {
  const { api } = useBench();
  const [url, setUrl] = useState<string | null>(null);
  const { error, run } = useAction();

  // biome-ignore lint/correctness/useExhaustiveDependencies: `run` is new on every rendering; the picture is read once.
  useEffect(() => {
    let made: string | null = null;
    let stopped = false;
    void run(async () => {
      const { contentBase64, mediaType } = await api['evidence.read']({ evidenceId: id });
      if (stopped) return;
      made = URL.createObjectURL(blobOf(contentBase64, mediaType));
      setUrl(made);
    });
    return () => {
      stopped = true;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [api, id]);

  if (url === null) return <ErrorAlert error={error} />;
  return <img src={url} alt={caption ?? 'Evidence'} />;
}
