import { z } from 'zod';
import type { Ask } from './access.ts';
import { detailOf, readJson, refusal } from './answers.ts';
import type { FileServer } from './files.ts';

const mostFileBytes = 27 * 1024 * 1024;

const State = z.object({ received: z.int().nonnegative() });
const Misplaced = z.object({ received: z.string().regex(/^\d{1,15}$/) });

/** The routes about encrypted files. */
export function filesClient(ask: Ask): FileServer {
  return {
    async putFilePiece({ sha256, subject, at, size, bytes }, signal) {
      const query = new URLSearchParams({ subject, at: String(at), size: String(size) });
      const headers = { 'content-type': 'application/octet-stream' };
      const init = { method: 'PUT', headers, body: Uint8Array.from(bytes) };
      const answer = await ask(`v1/blobs/${sha256}?${query}`, init, signal);
      if ([200, 201, 202].includes(answer.status)) return { received: readJson(answer, State).received };
      if (detailOf(answer) === null) throw refusal(answer);
      if (answer.status === 410) return 'forgotten';
      if (answer.status === 422) return 'altered';
      const misplaced = answer.status === 409 ? Misplaced.safeParse(JSON.parse(answer.text)).data : undefined;
      if (!misplaced) throw refusal(answer);
      return { received: Number(misplaced.received) };
    },
    async file(sha256, signal) {
      const answer = await ask(`v1/blobs/${sha256}`, { method: 'GET' }, signal, mostFileBytes);
      if (answer.status === 200 && answer.type === 'application/octet-stream') return answer.bytes;
      if (answer.status === 404 && detailOf(answer) !== null) return null;
      throw refusal(answer);
    },
  };
}
