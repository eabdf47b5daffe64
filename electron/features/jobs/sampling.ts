import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Tx } from '../../database/database.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Journal } from '../journal/journal.ts';
import type { Settings } from '../station/settings.ts';

const blockSize = 20;
const Block = z.object({ block: z.int(), position: z.int(), nonce: z.string(), used: z.int() });

/** What the journal keeps of a draw until it is revealed: nobody can read the position from it, nor change it later. */
export function drawCommitment(draw: { block: number; position: number; nonce: string }): string {
  return createHash('sha256').update(`bench/v1/sampling\n${draw.block}\n${draw.position}\n${draw.nonce}`).digest('hex');
}

/**
 * R2v3 sampling: one random position in each block of twenty logically sanitised devices. A commitment to the draw is
 * journalled when the block opens, before any outcome in it is known; the draw is revealed when its turn has come, so
 * that nobody who reads the journal can erase with care where it counts.
 */
export function createSampling(deps: { settings: Settings; journal: Journal; random: Random }) {
  const { settings, journal, random } = deps;

  const openBlock = (tx: Tx, block: number) => {
    const draw = { block, position: random.integer(blockSize) + 1, nonce: random.bytes(32).toString('base64url') };
    journal.append(tx, { type: 'sampling.drawn', data: { block, commitment: drawCommitment(draw) } });
    return { ...draw, used: 0 };
  };

  return {
    /** Takes the next position within `tx` and says whether it is the drawn one. */
    take(tx: Tx): boolean {
      const stored = settings.get('sampling-block');
      const last = stored === null ? null : Block.parse(JSON.parse(stored));
      const block = last && last.used < blockSize ? last : openBlock(tx, (last?.block ?? 0) + 1);
      const used = block.used + 1;
      settings.set(tx, 'sampling-block', JSON.stringify({ ...block, used }));
      if (used !== block.position) return false;
      const { position, nonce } = block;
      journal.append(tx, { type: 'sampling.revealed', data: { block: block.block, position, nonce } });
      return true;
    },
  };
}

export type Sampling = ReturnType<typeof createSampling>;
