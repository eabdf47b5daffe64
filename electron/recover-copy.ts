import { z } from 'zod';
import { BenchError } from '../shared/errors.ts';
import { OperatorId } from '../shared/ids.ts';
import type { Identity } from './features/identity/identity.ts';
import { type Anchor, type CatchUpDeps, catchUp } from './features/sync/catch-up.ts';

const Deactivated = z.object({ operator: OperatorId });

type Deps = CatchUpDeps & {
  identity: Pick<Identity, 'isActive' | 'expel'>;
};

/**
 * Puts back what an older copy lacks, as far as the server has it; `anchor` is null when this is none. Then nobody has
 * access any more who, as those entries say, had lost it, and no key is kept that the server has confirmed as replaced.
 */
export async function recoverCopy(deps: Deps, anchor: Anchor | null): Promise<void> {
  if (anchor) await catchUp(deps, anchor);
  replayExpulsions(deps);
  await deps.journal.signing.settle();
}

function replayExpulsions({ database, journal, settings, identity }: Deps): void {
  const from = settings.get('replay-from');
  if (from === null || from === '') return;
  for (const { idx } of journal.store.ofTypes(['operator.deactivated'], Number(from))) {
    const { operator } = Deactivated.parse(journal.entry(idx).data);
    if (identity.isActive(operator)) expel(identity, operator);
  }
  database.write(tx => settings.set(tx, 'replay-from', ''));
}

/** The last admin of the copy stays: somebody has to be able to let others in. */
function expel(identity: Deps['identity'], operator: OperatorId): void {
  try {
    identity.expel(operator);
  } catch (error) {
    if (!(error instanceof BenchError && error.code === 'conflict')) throw error;
  }
}
