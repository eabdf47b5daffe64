import type { Blobs } from '../../database/blobs.ts';
import type { FilesStore } from '../../database/files.store.ts';
import type { Central } from '../../drivers/central/central.ts';
import type { Errand } from './errands.ts';

const pieceBytes = 1024 * 1024;

type Deps = {
  blobs: Blobs;
  files: FilesStore;
  /** Fewer files wait than before. */
  onSent(): void;
  log(line: Record<string, unknown>): void;
};

/**
 * Leaves every encrypted file with the server, going on where an attempt stopped, and once after a start takes back those
 * that are not in the folder any more. A file whose bytes were altered here is never sent and never overwritten.
 */
export function exchangeFiles({ blobs, files, onSent, log }: Deps): Errand {
  let mended = false;

  const send = async (server: Central, file: { sha256: string; subject: string }, signal: AbortSignal) => {
    const bytes = blobs.sealed(file.sha256);
    if (!bytes) return;
    const size = bytes.length;
    for (let at = 0, tries = 0; ; tries++) {
      const piece = { ...file, at, size, bytes: bytes.subarray(at, at + pieceBytes) };
      const taken = await server.putFilePiece(piece, signal);
      if (taken === 'forgotten') return files.mark(file.sha256, 2);
      if (taken === 'altered' || taken.received > size) break;
      if (taken.received === size) return files.mark(file.sha256, 1);
      if (tries > Math.ceil(size / pieceBytes) + 1) break;
      at = taken.received;
    }
    log({ level: 'error', event: 'sync.file_refused' });
  };

  const mend = async (server: Central, signal: AbortSignal) => {
    const missing = files.atServer().filter(sha256 => !blobs.has(sha256));
    for (const sha256 of missing) {
      const bytes = await server.file(sha256, signal);
      if (bytes === null) files.mark(sha256, 0);
      else if (!blobs.restore(sha256, bytes)) log({ level: 'error', event: 'sync.file_altered_at_server' });
    }
  };

  return async (server, signal) => {
    const waiting = files.waiting();
    for (const file of waiting) await send(server, file, signal);
    if (waiting.length > 0) onSent();
    if (!mended) await mend(server, signal);
    mended = true;
  };
}
