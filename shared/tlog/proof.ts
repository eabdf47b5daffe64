import { decodeHash } from './batch.ts';
import { TlogError } from './errors.ts';

const header = 'c2sp.org/tlog-proof@v1';

/** Proof of one entry that stands by itself: C2SP tlog-proof. */
export type TlogProof = { index: number; proof: Buffer[]; note: string; extra?: Buffer };

export function formatTlogProof(proof: {
  index: number;
  proof: readonly Uint8Array[];
  note: string;
  extra?: Uint8Array;
}): string {
  const extra = proof.extra ? `extra ${Buffer.from(proof.extra).toString('base64')}\n` : '';
  const hashes = proof.proof.map(hash => `${Buffer.from(hash).toString('base64')}\n`).join('');
  return `${header}\n${extra}index ${proof.index}\n${hashes}\n${proof.note}`;
}

/** Throws `bad_proof`. */
export function parseTlogProof(text: string): TlogProof {
  const cut = text.indexOf('\n\n');
  if (text.length > 131_072 || cut < 0) throw new TlogError('bad_proof', 'this is no tlog-proof');
  const [first, ...lines] = text.slice(0, cut).split('\n');
  if (first !== header) throw new TlogError('bad_proof', 'this is no tlog-proof of a known version');
  const extra = lines[0]?.startsWith('extra ') ? Buffer.from(lines.shift()?.slice(6) ?? '', 'base64') : undefined;
  const [, index] = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '') ?? [];
  if (index === undefined || lines.length > 63) throw new TlogError('bad_proof', 'the tlog-proof is malformed');
  return { index: Number(index), proof: lines.map(decodeHash), note: text.slice(cut + 2), ...(extra ? { extra } : {}) };
}
