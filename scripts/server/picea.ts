import type { openServerStore } from '../../server/central-server.ts';
import { createPiceaApi, type PiceaAccount, PiceaError } from '../../server/picea-api.ts';
import { createPiceaReconciler, piceaOrphans } from '../../server/picea-reconcile.ts';
import { ServerError } from '../../server/problems.ts';

type Db = Awaited<ReturnType<typeof openServerStore>>['db'];

/** The account that the environment names; null when it names none. Throws ServerError for half of one. */
export function piceaAccountOf(env: NodeJS.ProcessEnv): PiceaAccount | null {
  const { PICEA_CLIENT_ID: clientId, PICEA_API_ID: apiId, PICEA_API_KEY: apiKey } = env;
  if (!clientId && !apiId && !apiKey) return null;
  if (!clientId || !apiId || !apiKey)
    throw new ServerError(500, 'PICEA_CLIENT_ID, PICEA_API_ID and PICEA_API_KEY name the account to ask, all three.');
  return { url: env.PICEA_URL ?? 'https://api.piceasoft.com/reporting/v1/', clientId, apiId, apiKey };
}

/** Asks Picea for what is new when the environment names an account, and says what has no counterpart on either side. */
export async function reconcilePicea(db: Db, env: NodeJS.ProcessEnv, json: boolean): Promise<string> {
  const account = piceaAccountOf(env);
  if (!account) throw new ServerError(500, 'PICEA_CLIENT_ID, PICEA_API_ID and PICEA_API_KEY name the account to ask.');
  try {
    await createPiceaReconciler({ db, api: createPiceaApi(account) }).poll();
  } catch (error) {
    throw error instanceof PiceaError ? new ServerError(502, error.message) : error;
  }
  const orphans = await piceaOrphans(db);
  if (json) return JSON.stringify(orphans);
  const lines = [
    ...orphans.atPicea.map(({ uid }) => `only at Picea    ${uid}`),
    ...orphans.inJournals.map(({ operation, job }) => `only in journals ${operation}  job ${job}`),
  ];
  return lines.join('\n') || 'every transaction has its counterpart';
}
