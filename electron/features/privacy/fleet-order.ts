import { z } from 'zod';
import { BenchError } from '../../../shared/errors.ts';
import { parseCheckpoint } from '../../../shared/tlog/checkpoint.ts';
import { leafHash } from '../../../shared/tlog/hash.ts';
import { verifyInclusion } from '../../../shared/tlog/merkle.ts';
import { openNote, parseVkey } from '../../../shared/tlog/note.ts';
import { parseTlogProof } from '../../../shared/tlog/proof.ts';
import type { FleetOrder } from '../../drivers/central/personal-data.ts';

const Leaf = z.looseObject({
  type: z.literal('forget.order'),
  data: z.looseObject({ order: z.int().positive(), subject: z.uuid() }),
});

/**
 * The subject of an order that the fleet log holds under the key this bench pinned. Throws `server_unreachable` for
 * anything else: nothing in between can make a bench forget.
 */
export function subjectOfOrder({ order, entry, proof }: FleetOrder, fleetVkey: string): string {
  try {
    const key = parseVkey(fleetVkey);
    const proven = parseTlogProof(proof);
    const { origin, size, root } = parseCheckpoint(openNote(proven.note, [key]).text);
    const leaf = leafHash(Buffer.from(entry, 'utf8'));
    const { data } = Leaf.parse(JSON.parse(entry));
    const holds = verifyInclusion({ index: proven.index, size, root, proof: proven.proof, leaf });
    if (holds && origin === key.name && data.order === order) return data.subject;
  } catch (cause) {
    throw unproven(cause);
  }
  throw unproven();
}

function unproven(cause?: unknown): BenchError {
  return new BenchError(
    'server_unreachable',
    'An order to forget came without proof that it stands in the fleet log. Nothing was done.',
    { cause },
  );
}
