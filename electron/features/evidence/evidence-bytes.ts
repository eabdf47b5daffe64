import { fileTypeFromBuffer } from 'file-type';
import { BenchError } from '../../../shared/errors.ts';
import {
  EvidenceMediaType,
  evidenceMaxBytes,
  ThumbnailMediaType,
  thumbnailMaxBytes,
} from '../../../shared/evidence.ts';

/** What the bytes are, by their content alone; throws `evidence_refused` for what cannot serve as evidence. */
export async function sniffEvidence(bytes: Buffer): Promise<EvidenceMediaType> {
  if (bytes.length === 0) throw new BenchError('evidence_refused', 'The file is empty. Take the picture again.');
  if (bytes.length > evidenceMaxBytes)
    throw new BenchError('evidence_refused', 'The file is larger than 25 MB. Make it smaller.');
  const found = EvidenceMediaType.safeParse((await fileTypeFromBuffer(bytes))?.mime);
  if (found.success) return found.data;
  throw new BenchError(
    'evidence_refused',
    'The content is no picture, video or PDF that can serve as evidence (JPEG, PNG, WebP, MP4, WebM, PDF), whatever its name says.',
  );
}

/** The same for the small picture of a piece: a picture of at most 64 KiB. */
export async function sniffThumbnail(bytes: Buffer): Promise<ThumbnailMediaType> {
  const found = ThumbnailMediaType.safeParse((await fileTypeFromBuffer(bytes))?.mime);
  if (found.success && bytes.length <= thumbnailMaxBytes) return found.data;
  throw new BenchError('evidence_refused', 'The small picture is no JPEG, PNG or WebP of at most 64 KiB.');
}
