import { z } from 'zod';
import type { Tx } from '../../database/database.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Journal } from '../journal/journal.ts';
import type { Settings } from '../station/settings.ts';

const blockSize = 20;
const Block = z.object({ block: z.int(), position: z.int(), used: z.int() });

/**
 * R2v3 sampling: one random position in each block of twenty logically sanitised devices. The draw of a block is
 * journalled when the block opens, before any outcome in it is known, and cannot be made again.
 */
export function createSampling(deps: { settings: Settings; journal: Journal; random: Random }) {
  const { settings, journal, random } = deps;

  const openBlock = (tx: Tx, block: number) => {
    const position = random.integer(blockSize) + 1;
    journal.append(tx, { type: 'sampling.drawn', data: { block, position } });
    return { block, position, used: 0 };
  };

  return {
    /** Takes the next position within `tx` and says whether it is the drawn one. */
    take(tx: Tx): boolean {
      const stored = settings.get('sampling-block');
      const last = stored === null ? null : Block.parse(JSON.parse(stored));
      const block = last && last.used < blockSize ? last : openBlock(tx, (last?.block ?? 0) + 1);
      const used = block.used + 1;
      settings.set(tx, 'sampling-block', JSON.stringify({ ...block, used }));
      return used === block.position;
    },
  };
}

export type Sampling = ReturnType<typeof createSampling>;
