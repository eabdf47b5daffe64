import type { BenchAccount, SiteAccount } from '../../../shared/directory.ts';
import type { SitePolicy } from '../../../shared/policy.ts';

/**
 * One directory of two that were changed at once, account by account: the later change stands, and who left on either
 * side has left.
 */
export function mergeAccounts(ours: readonly SiteAccount[], theirs: readonly SiteAccount[]): SiteAccount[] {
  const [here, there] = [byId(ours), byId(theirs)];
  const ids = new Set([...there.keys(), ...here.keys()]);
  return [...ids].flatMap(id => {
    const [our, their] = [here.get(id), there.get(id)];
    if (our && their) return [winnerOf(our, their)];
    return [our, their].filter(account => account !== undefined);
  });
}

function winnerOf(our: SiteAccount, their: SiteAccount): SiteAccount {
  if (our.active !== their.active) return our.active ? their : our;
  return rank(our) > rank(their) ? our : their;
}

/** Both benches choose the same one, also of two changes in the same moment. */
function rank({ changedAt, role, passwordHash, name, totp }: SiteAccount): string {
  return JSON.stringify([changedAt, role, passwordHash, name, totp]);
}

/** Of accounts that read alike one stays active: the one that `stays` prefers, else the first. */
export function withoutNamesakes(
  accounts: readonly SiteAccount[],
  fold: (name: string) => string,
  stays: (account: SiteAccount) => boolean,
  now: string,
): SiteAccount[] {
  const owners = new Map<string, string>();
  for (const account of [...accounts.filter(stays), ...accounts]) {
    if (!account.active || account.name === null) continue;
    const name = fold(account.name);
    if (!owners.has(name)) owners.set(name, account.id);
  }
  return accounts.map(account => {
    if (!account.active || account.name === null || owners.get(fold(account.name)) === account.id) return account;
    return { ...left(account), changedAt: now };
  });
}

/** What is kept of somebody who left. */
export function left<T extends BenchAccount>(account: T): T {
  return {
    ...account,
    role: 'technician',
    active: false,
    name: null,
    passwordHash: '',
    passwordSetAt: null,
    totp: null,
  };
}

/** The accounts of a bench with the times of their last change: what is as it was keeps its time. */
export function dated(accounts: readonly BenchAccount[], base: readonly SiteAccount[], now: string): SiteAccount[] {
  const before = byId(base);
  return accounts.map(account => {
    const was = before.get(account.id);
    return { ...account, changedAt: was && isSame(was, account) ? was.changedAt : now };
  });
}

/** Whether both say the same of the same people, in whatever order. */
export function areSame(some: readonly BenchAccount[], others: readonly BenchAccount[]): boolean {
  const known = byId(others);
  return (
    some.length === others.length &&
    some.every(account => {
      const other = known.get(account.id);
      return other !== undefined && isSame(account, other);
    })
  );
}

/** Whether the first of two decisions of the site counts; both benches answer alike, also for the same moment. */
export function isLater(one: SitePolicy | null, other: SitePolicy | null): boolean {
  const rankOf = (policy: SitePolicy | null) => {
    if (policy === null) return '';
    const { changedAt, idleMinutes, adminPasswordDays, passwordDays, approvalHours } = policy;
    return JSON.stringify([changedAt, idleMinutes, adminPasswordDays, passwordDays, approvalHours]);
  };
  return rankOf(one) > rankOf(other);
}

function isSame(a: BenchAccount, b: BenchAccount): boolean {
  return (
    a.role === b.role &&
    a.active === b.active &&
    a.name === b.name &&
    a.passwordHash === b.passwordHash &&
    a.passwordSetAt === b.passwordSetAt &&
    a.totp === b.totp
  );
}

function byId<T extends BenchAccount>(accounts: readonly T[]): Map<string, T> {
  return new Map(accounts.map(account => [account.id, account]));
}
