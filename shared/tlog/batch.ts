import { decodeBundle, encodeBundle } from './bundle.ts';
import { TlogError } from './errors.ts';

/** Entries on their way to a mirror, with the proof that they continue what it has. */
export type Batch = { oldSize: number; proof: Buffer[]; note: string; entries: Buffer[] };

/** `uint32 BE length ‖ tlog-witness add-checkpoint body ‖ tlog-tiles entry bundle`. */
export function encodeBatch(batch: {
  oldSize: number;
  proof: readonly Uint8Array[];
  note: string;
  entries: readonly Uint8Array[];
}): Buffer {
  const proof = batch.proof.map(hash => `${Buffer.from(hash).toString('base64')}\n`).join('');
  const head = Buffer.from(`old ${batch.oldSize}\n${proof}\n${batch.note}`, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, encodeBundle(batch.entries)]);
}

/** Throws `bad_batch`, `bad_proof`, `bad_bundle` or `too_many`. */
export function decodeBatch(bytes: Uint8Array): Batch {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 4) throw new TlogError('bad_batch', 'the batch is cut short');
  const end = 4 + buffer.readUInt32BE(0);
  if (end > buffer.length || end > 65_536)
    throw new TlogError('bad_batch', 'the head of the batch is cut short or too long');
  const head = buffer.toString('utf8', 4, end);
  const cut = head.indexOf('\n\n');
  if (cut < 0) throw new TlogError('bad_batch', 'the batch has no checkpoint');
  const [first, ...hashes] = head.slice(0, cut).split('\n');
  const [, old] = /^old (0|[1-9]\d{0,15})$/.exec(first ?? '') ?? [];
  if (old === undefined || hashes.length > 63) throw new TlogError('bad_batch', 'the head of the batch is malformed');
  return {
    oldSize: Number(old),
    proof: hashes.map(decodeHash),
    note: head.slice(cut + 2),
    entries: decodeBundle(buffer.subarray(end)),
  };
}

/** One hash from its base64 line; throws `bad_proof`. */
export function decodeHash(line: string): Buffer {
  const hash = Buffer.from(line, 'base64');
  if (hash.length !== 32 || hash.toString('base64') !== line)
    throw new TlogError('bad_proof', 'a hash of the proof is malformed');
  return hash;
}
