import { TlogError } from './errors.ts';

/** Head of a log: C2SP tlog-checkpoint without extensions. */
export type CheckpointBody = { origin: string; size: number; root: Buffer };

export function formatCheckpoint({ origin, size, root }: { origin: string; size: number; root: Uint8Array }): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;
}

/** Throws `bad_checkpoint` unless the text is exactly origin, decimal size and root. */
export function parseCheckpoint(text: string): CheckpointBody {
  const [origin, sizeText, rootText, end, ...more] = text.split('\n');
  if (!origin || sizeText === undefined || rootText === undefined || end !== '' || more.length > 0) {
    throw new TlogError('bad_checkpoint', 'this is no checkpoint');
  }
  const size = Number(sizeText);
  if (!/^(0|[1-9]\d{0,15})$/.test(sizeText) || !Number.isSafeInteger(size))
    throw new TlogError('bad_checkpoint', 'the size of the checkpoint is malformed');
  const root = Buffer.from(rootText, 'base64');
  if (root.length !== 32 || root.toString('base64') !== rootText)
    throw new TlogError('bad_checkpoint', 'the root of the checkpoint is malformed');
  return { origin, size, root };
}
