import { thumbnailMaxBytes } from '../../shared/evidence.ts';
import { readBase64 } from './bytes.ts';

const longestEdge = 320;

/** A small JPEG of a picture or of the first moment of a video, as base64; null for what the browser cannot draw. */
export async function makeThumbnail(file: Blob): Promise<string | null> {
  try {
    if (file.type.startsWith('image/')) {
      const image = await createImageBitmap(file);
      return await shrink(image, image.width, image.height);
    }
    if (file.type.startsWith('video/')) return await fromVideo(file);
    return null;
  } catch {
    // The station looks at the file itself; a list without its small picture is no reason to refuse it.
    return null;
  }
}

async function fromVideo(file: Blob): Promise<string | null> {
  const url = URL.createObjectURL(file);
  try {
    const video = document.createElement('video');
    video.muted = true;
    video.preload = 'auto';
    await new Promise((resolve, reject) => {
      video.onloadeddata = resolve;
      video.onerror = reject;
      video.src = url;
    });
    return await shrink(video, video.videoWidth, video.videoHeight);
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function shrink(source: CanvasImageSource, width: number, height: number): Promise<string | null> {
  const scale = Math.min(1, longestEdge / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext('2d')?.drawImage(source, 0, 0, canvas.width, canvas.height);
  for (const quality of [0.8, 0.6, 0.4]) {
    const blob = await pictureOf(canvas, quality);
    if (blob && blob.size <= thumbnailMaxBytes) return readBase64(blob);
  }
  return null;
}

/** What stands on a canvas as a JPEG. */
export function pictureOf(canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> {
  return new Promise(resolve => {
    canvas.toBlob(resolve, 'image/jpeg', quality);
  });
}
