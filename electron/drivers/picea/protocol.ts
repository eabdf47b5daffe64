import { z } from 'zod';
import { Identifiers } from '../../../shared/devices.ts';
import type { EraseResult } from './picea.ts';

/**
 * What the bench and an SDK host say to each other: one JSON object on one line, UTF-8, `\n` at the end.
 * `op` is chosen by the bench and names the request that a line belongs to. Assumptions: docs/picea.md.
 */

const op = z.string().min(1).max(64);

/** Longest line that either side accepts, in bytes; a certificate travels inside one line. */
export const maxLineBytes = 4 * 1024 * 1024;

/** From the bench to the host. */
export const HostRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('info'), op }),
  z.object({
    type: z.literal('erase'),
    op,
    target: z.object({ portPath: z.string().min(1).max(256), identifiers: Identifiers }),
  }),
  z.object({ type: z.literal('cancel'), op }),
]);
export type HostRequest = z.infer<typeof HostRequest>;

/** The end of an erase as the host tells it; `success: false` carries the SDK's own code and words. */
export const HostResult = z.object({
  type: z.literal('result'),
  op,
  operationId: z.string().min(1).max(128),
  success: z.boolean(),
  failure: z.object({ code: z.string().max(128), message: z.string().max(2000) }).nullable(),
  identifiers: Identifiers,
  technique: z.string().max(200).nullable(),
  category: z.enum(['clear', 'purge', 'destroy']).nullable(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  certificate: z.object({ mediaType: z.string().min(1).max(100), base64: z.base64() }).nullable(),
});
export type HostResult = z.infer<typeof HostResult>;

/** From the host to the bench. `error` means that the request could not be carried out at all. */
export const HostEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('info'), op, product: z.string().min(1).max(200), version: z.string().min(1).max(100) }),
  z.object({ type: z.literal('progress'), op, percent: z.number().min(0).max(100), phase: z.string().max(200) }),
  z.object({ type: z.literal('reboot'), op, windowMs: z.int().min(0).max(3_600_000) }),
  HostResult,
  z.object({ type: z.literal('error'), op, code: z.string().max(128), message: z.string().max(2000) }),
]);
export type HostEvent = z.infer<typeof HostEvent>;

/** The driver's result from the host's, keeping the line exactly as it came. */
export function eraseResultFrom(result: HostResult, raw: string): EraseResult {
  const { type: _type, op: _op, certificate, ...rest } = result;
  const bytes = certificate && Buffer.from(certificate.base64, 'base64');
  return { ...rest, raw, certificate: bytes && { mediaType: certificate.mediaType, bytes } };
}
