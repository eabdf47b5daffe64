import type { Kysely } from 'kysely';
import type { ServerTables } from './database/tables.ts';
import { createPiceaApi, type PiceaAccount, PiceaError } from './picea-api.ts';
import { createPiceaReconciler } from './picea-reconcile.ts';

type Deps = {
  db: Kysely<ServerTables>;
  account: PiceaAccount;
  everyMs: number;
  log(line: Record<string, unknown>): void;
};

/** Asks Picea for what is new, at once and from time to time. What goes wrong is logged in words and tried again. */
export function startPiceaPolling({ db, account, everyMs, log }: Deps) {
  const reconciler = createPiceaReconciler({ db, api: createPiceaApi(account) });
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const round = async (): Promise<void> => {
    try {
      await reconciler.poll();
    } catch (error) {
      const words = error instanceof PiceaError ? error.message : 'The answers of Picea could not be stored.';
      log({ level: 'error', event: 'picea.not_asked', message: words });
    }
    if (!closed) timer = setTimeout(() => void next(), everyMs);
  };
  const next = () => {
    running = round();
  };
  let running = round();
  return {
    /** Resolves when the round under way has ended. */
    async close(): Promise<void> {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
