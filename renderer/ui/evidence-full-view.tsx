import { Loader, Modal } from '@mantine/core';
import type { Evidence } from '../../shared/evidence.ts';
import { useBench } from '../state/bench.tsx';
import { ErrorAlert } from './error-alert.tsx';
import { fullTime } from './time.ts';
import { useObjectUrl } from './use-object-url.ts';

type Props = { item: Evidence; open: boolean; onClose: () => void };

/** The piece itself, read again and checked against the journal as it opens. */
export function EvidenceFullView({ item, open, onClose }: Props) {
  return (
    <Modal
      opened={open}
      onClose={onClose}
      size="90%"
      title={item.caption ?? 'Evidence'}
      closeButtonProps={{ 'aria-label': 'Close the picture', size: 'lg' }}
    >
      {open && <Content item={item} />}
    </Modal>
  );
}

function Content({ item: { id, mediaType, caption, capturedAt, capturedByName, sha256 } }: { item: Evidence }) {
  const { api } = useBench();
  const { url, error } = useObjectUrl(id, () => api['evidence.read']({ evidenceId: id }));
  return (
    <div className="full-view">
      <ErrorAlert error={error} />
      {url === null && error === null && <Loader />}
      {url !== null && mediaType.startsWith('image/') && (
        <img className="full-view-media" src={url} alt={caption ?? 'Evidence'} />
      )}
      {url !== null && mediaType.startsWith('video/') && (
        <video className="full-view-media" src={url} controls muted aria-label={caption ?? 'Evidence'} />
      )}
      <p className="dimmed flush">
        {fullTime(capturedAt)}
        {capturedByName !== null && `, ${capturedByName}`}. SHA-256 of the stored file:{' '}
        <span className="mono">{sha256}</span>
      </p>
    </div>
  );
}
