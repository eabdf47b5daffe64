import { Checkbox } from '@mantine/core';
import { IconFileText, IconVideo } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { Evidence } from '../../shared/evidence.ts';
import type { EvidenceId } from '../../shared/ids.ts';
import { useBench, useCan } from '../state/bench.tsx';
import { useAction } from '../state/use-action.ts';
import { blobOf, saveBlob, sizeText } from './bytes.ts';
import { ErrorAlert } from './error-alert.tsx';
import { EvidenceFullView } from './evidence-full-view.tsx';
import { StatusMark } from './status-mark.tsx';
import { fullTime } from './time.ts';
import { useObjectUrl } from './use-object-url.ts';
import { evidenceConditionWords } from './words.ts';

type Props = {
  items: readonly Evidence[];
  /** With both, each piece has a box to take it in or leave it out. */
  chosen?: readonly EvidenceId[];
  onToggle?: (id: EvidenceId) => void;
  /** What stands below a piece. */
  below?: (item: Evidence) => ReactNode;
};

/** Pieces of evidence: small pictures that open in full where the role may see them, the rest by name. */
export function EvidencePictures({ items, chosen, onToggle, below }: Props) {
  return (
    <ul className="evidence">
      {items.map(item => (
        <li key={item.id} className={item.supersededBy === null ? undefined : 'evidence-superseded'}>
          <EvidencePiece item={item} />
          {chosen !== undefined && (
            <Checkbox
              size="md"
              label={`Use “${item.caption ?? 'no caption'}”`}
              checked={chosen.includes(item.id)}
              onChange={() => onToggle?.(item.id)}
            />
          )}
          {below?.(item)}
        </li>
      ))}
    </ul>
  );
}

function EvidencePiece({ item }: { item: Evidence }) {
  const { api } = useBench();
  const can = useCan();
  const { error, run } = useAction();
  const [open, setOpen] = useState(false);
  const readable = can('pii.read') && item.condition === 'whole';

  async function save(): Promise<void> {
    const { contentBase64, mediaType } = await api['evidence.read']({ evidenceId: item.id });
    saveBlob(blobOf(contentBase64, mediaType), `evidence-${item.id}.${item.mediaType.split('/')[1]}`);
  }

  return (
    <figure className="evidence-piece">
      {readable && !item.mediaType.startsWith('application/') ? (
        <button
          type="button"
          className="evidence-open"
          aria-label={`Open “${item.caption ?? 'no caption'}”`}
          onClick={() => setOpen(true)}
        >
          <SmallPicture item={item} />
        </button>
      ) : (
        <Sign item={item} />
      )}
      <figcaption>
        <strong>{item.caption ?? 'Caption erased'}</strong>
        <EvidenceMarks item={item} />
        <small className="dimmed">
          {item.stage}, {fullTime(item.capturedAt)}
          {item.capturedByName !== null && `, ${item.capturedByName}`}, {sizeText(item.sizeBytes)}
        </small>
        {readable && (
          <button type="button" className="link-button" onClick={() => void run(save)}>
            Save a copy
          </button>
        )}
        <ErrorAlert error={error} />
      </figcaption>
      <EvidenceFullView item={item} open={open} onClose={() => setOpen(false)} />
    </figure>
  );
}

function EvidenceMarks({ item: { condition, supersededBy, correction } }: { item: Evidence }) {
  return (
    <>
      {condition !== 'whole' && <StatusMark tone="bad">{evidenceConditionWords[condition]}</StatusMark>}
      {supersededBy !== null && <StatusMark tone="stopped">Another piece took its place</StatusMark>}
      {correction !== null && (
        <StatusMark tone="attention">Added after the job was closed: {correction.reason ?? 'reason erased'}</StatusMark>
      )}
    </>
  );
}

function Sign({ item: { mediaType } }: { item: Evidence }) {
  return mediaType.startsWith('video/') ? <IconVideo size={40} aria-hidden /> : <IconFileText size={40} aria-hidden />;
}

/** The small picture where there is one; a picture that came without is shown itself. */
function SmallPicture({ item }: { item: Evidence }) {
  const { api } = useBench();
  const { id, hasThumbnail, mediaType, caption } = item;
  const drawable = hasThumbnail || mediaType.startsWith('image/');
  const { url, error } = useObjectUrl(drawable ? `${id}/${hasThumbnail}` : null, () =>
    hasThumbnail ? api['evidence.thumbnail']({ evidenceId: id }) : api['evidence.read']({ evidenceId: id }),
  );
  if (!drawable) return <Sign item={item} />;
  if (url === null) return error === null ? <Sign item={item} /> : <ErrorAlert error={error} />;
  return <img src={url} alt={caption ?? 'Evidence'} />;
}
