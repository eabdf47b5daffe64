import type { AuthorityStatus } from '../../../shared/authority.ts';
import { BenchError } from '../../../shared/errors.ts';
import type { Health, healthMethods } from '../../../shared/health.ts';
import type { JournalStatus } from '../../../shared/journal.ts';
import type { KeyAge } from '../../../shared/keys.ts';
import type { SyncStatus } from '../../../shared/sync.ts';
import type { DeviceAdapter } from '../../drivers/devices/adapter.ts';
import type { Picea } from '../../drivers/picea/picea.ts';
import type { Handlers } from '../../handlers.ts';

const dayMs = 86_400_000;

export type HealthDeps = {
  version: string;
  startedAt: number;
  training: boolean;
  now(): number;
  journal(): JournalStatus;
  sync(): SyncStatus;
  keystore: Health['keystore'];
  keys(): KeyAge[];
  picea: Picea;
  /** How the certificate stands that reports are signed with; null before the first. */
  certificate(): Promise<AuthorityStatus['station']>;
  adapters: readonly DeviceAdapter[];
  /** The journal is shorter than this station once had: the database is an older copy. */
  restored: boolean;
  /** Personal data stay closed until the fleet was heard. */
  missedOrders(): boolean;
  /** What an admin should know about the backups and the server, in words. */
  further(): string[];
};

/** How the bench is doing, and what an operator should know about it. */
export function createHealth(deps: HealthDeps) {
  const eraseTool = async (): Promise<Health['eraseTool']> => {
    try {
      const { product, version } = await deps.picea.info();
      return { available: true, detail: `${product} ${version}` };
    } catch (error) {
      if (error instanceof BenchError) return { available: false, detail: error.message };
      throw error;
    }
  };

  const warnings = (
    journal: JournalStatus,
    sync: SyncStatus,
    tool: Health['eraseTool'],
    certificate: AuthorityStatus['station'],
  ): string[] => {
    const since = journal.notCosignedSince;
    const found = [
      deps.training && 'Training: everything made here is marked so and counts for nothing.',
      deps.restored && 'The data are an older copy than this station once had. Call an admin before going on.',
      deps.missedOrders() &&
        'Personal data of earlier jobs stay closed until the server has said what was forgotten meanwhile.',
      !tool.available && `No erasure is possible: ${tool.detail}`,
      keysWarning(deps.keys()),
      certificateWarning(certificate),
      sync.state === 'frozen' && `Sync is stopped: ${sync.lastAnswer ?? 'the server found a fork'}. Call an admin.`,
      sync.state === 'not_enrolled' && 'Not enrolled: nobody but this station vouches for its journal yet.',
      since !== null &&
        deps.now() - Date.parse(since) > dayMs &&
        'Entries have waited over a day for the central server.',
      deps.keystore !== 'os' &&
        !deps.training &&
        'Keys rest in a file, which is weaker than the keystore of the system.',
    ];
    const unseen = deps.adapters.flatMap(adapter => adapter.trouble?.() ?? []);
    return [...found.filter(line => line !== false), ...unseen, ...deps.further()];
  };

  return {
    'health.get': async () => {
      const journal = deps.journal();
      const sync = deps.sync();
      const tool = await eraseTool();
      return {
        version: deps.version,
        startedAt: new Date(deps.startedAt).toISOString(),
        training: deps.training,
        journal,
        sync,
        keystore: deps.keystore,
        keys: deps.keys(),
        eraseTool: tool,
        warnings: warnings(journal, sync, tool, await deps.certificate()),
      };
    },
  } satisfies Pick<Handlers, keyof typeof healthMethods>;
}

function certificateWarning(certificate: AuthorityStatus['station']): string | false {
  if (certificate === null) return false;
  if (certificate.token?.pinRefused)
    return 'The token that signs refused its PIN: no report can be issued. An admin enters it here.';
  if (certificate.state === 'good') return false;
  const day = certificate.signsUntil.slice(0, 10);
  if (certificate.state === 'soon') return `Reports can be signed until ${day}. An admin renews the certificate here.`;
  return certificate.state === 'over'
    ? `The certificate of this station signed until ${day}: no report can be issued. An admin renews it.`
    : 'The certificate of this station was revoked: no report can be issued. An admin renews it.';
}

/** The one that is due first speaks for all, for they are replaced together. */
function keysWarning(keys: readonly KeyAge[]): string | false {
  const [first] = keys.filter(({ state }) => state !== 'good').toSorted((a, b) => (a.dueAt < b.dueAt ? -1 : 1));
  if (!first) return false;
  const day = first.dueAt.slice(0, 10);
  return first.state === 'soon'
    ? `The keys of this station are due for replacement on ${day}. An admin replaces them on the Station screen.`
    : `The keys of this station were due for replacement on ${day}. Call an admin.`;
}
