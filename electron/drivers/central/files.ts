/** A piece of an encrypted file: `bytes` begin `at` bytes from its start, and it is `size` bytes in all. */
export type FilePiece = { sha256: string; subject: string; at: number; size: number; bytes: Buffer };

/** Encrypted files as the server keeps them for one station. Rejects with `server_unreachable` and `server_refused`. */
export type FileServer = {
  /** How many bytes the server has now; a piece that does not follow them is not taken. */
  putFilePiece(piece: FilePiece, signal: AbortSignal): Promise<{ received: number } | 'forgotten' | 'altered'>;
  /** The whole file; null when the server does not have it. Whether it is what its name says is for the caller to check. */
  file(sha256: string, signal: AbortSignal): Promise<Buffer | null>;
};
