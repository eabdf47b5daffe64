import type { OperatorId } from '../../../shared/ids.ts';
import { type PolicyInForce, type policyMethods, SitePolicy } from '../../../shared/policy.ts';
import type { Database, Tx } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import type { Settings } from '../station/settings.ts';
import type { IdentityPolicy } from './policy.ts';

type Deps = { database: Database; journal: Journal; settings: Settings; clock: Clock; standard: IdentityPolicy };

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** What holds for accounts: what an admin of the site decided last, else the standard. */
export function createSitePolicy({ database, journal, settings, clock, standard }: Deps) {
  const stored = (): SitePolicy | null => {
    const text = settings.get('site-policy');
    return text === null ? null : SitePolicy.parse(JSON.parse(text));
  };
  const keep = (tx: Tx, policy: SitePolicy, cause: 'set' | 'directory', actor?: OperatorId) => {
    settings.set(tx, 'site-policy', JSON.stringify(policy));
    journal.append(tx, { type: 'policy.changed', actor, data: { ...policy, cause } });
  };

  /** Read anew at each use, so that a decision holds at once. */
  const inForce: IdentityPolicy = {
    invitationMs: standard.invitationMs,
    noticeVersion: standard.noticeVersion,
    get idleMs() {
      const policy = stored();
      return policy ? policy.idleMinutes * minuteMs : standard.idleMs;
    },
    get passwordDays() {
      const policy = stored();
      return policy ? { admin: policy.adminPasswordDays, others: policy.passwordDays } : standard.passwordDays;
    },
    get approvalMs() {
      const policy = stored();
      return policy ? policy.approvalHours * hourMs : standard.approvalMs;
    },
  };
  const view = (): PolicyInForce => ({
    idleMinutes: inForce.idleMs === null ? null : inForce.idleMs / minuteMs,
    adminPasswordDays: inForce.passwordDays?.admin ?? null,
    passwordDays: inForce.passwordDays?.others ?? null,
    approvalHours: inForce.approvalMs / hourMs,
    changedAt: stored()?.changedAt ?? null,
  });

  const handlers = {
    'policy.get': () => view(),
    'policy.set': (values, caller) => {
      const changedAt = new Date(clock.now()).toISOString();
      database.write(tx => keep(tx, { ...values, changedAt }, 'set', caller.operatorId));
      return view();
    },
  } satisfies Pick<Handlers, keyof typeof policyMethods>;

  return {
    inForce,
    handlers,
    stored,
    /** Takes over what another bench of the site decided. */
    adopt: (tx: Tx, policy: SitePolicy) => keep(tx, policy, 'directory'),
  };
}
