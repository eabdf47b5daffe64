import type { BenchAccount } from '../../../shared/directory.ts';
import type { OperatorId } from '../../../shared/ids.ts';
import type { Tx } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Journal } from '../journal/journal.ts';
import { type Subjects, subjectOf } from '../journal/subjects.ts';
import type { Factors } from './factors.ts';
import type { IdentityStore, OperatorRow } from './identity.store.ts';
import { foldName } from './name-fold.ts';
import { type Operators, passwordsKept } from './operators.ts';
import type { SessionDesk } from './session-desk.ts';

type Deps = {
  journal: Journal;
  subjects: Subjects;
  store: IdentityStore;
  operators: Operators;
  factors: Factors;
  desk: SessionDesk;
  clock: Clock;
};

/** The accounts of this bench as a directory of the site reads and changes them. Badges and codes stay with the bench. */
export function createSiteAccounts({ journal, subjects, store, operators, factors, desk, clock }: Deps) {
  const accountOf = (row: OperatorRow): BenchAccount => {
    const { id, role, active } = row;
    // The role that somebody had who left is no concern of the other benches.
    if (!active)
      return { id, role: 'technician', active, name: null, passwordHash: '', passwordSetAt: null, totp: null };
    const { passwordHash, passwordSetAt } = row;
    return { id, role, active, name: operators.nameOf(row), passwordHash, passwordSetAt, totp: factors.secretOf(row) };
  };

  const add = (tx: Tx, { id, role, name }: BenchAccount) => {
    const subject = subjectOf(id);
    subjects.ensure(subject);
    const profile_idx = journal.append(tx, {
      type: 'operator.added',
      data: { operator: id, role },
      pii: { profile: { subject, value: { name: name ?? '' } } },
    });
    store.insert(tx, { id, role, profile_idx, created_at: new Date(clock.now()).toISOString() });
  };

  /** True when somebody who is signed in by what was has to sign in anew. */
  const update = (tx: Tx, account: BenchAccount): boolean => {
    const { id, role } = account;
    const row = operators.existing(id);
    const data = { operator: id };
    const isNewRole = row.role !== role;
    const isNewPassword = row.passwordHash !== account.passwordHash;
    const isNewFactor = factors.secretOf(row) !== account.totp;
    if (isNewRole) {
      store.change(tx, id, { role, badge: null, pin_hash: null });
      journal.append(tx, { type: 'operator.role_changed', data: { operator: id, from: row.role, to: role } });
    }
    if (isNewPassword) {
      store.change(tx, id, { password_hash: account.passwordHash, password_set_at: account.passwordSetAt });
      if (account.passwordHash !== '') store.remember(tx, id, account.passwordHash, passwordsKept);
      journal.append(tx, { type: 'operator.password_set', data: { ...data, cause: 'directory' } });
    }
    if (isNewFactor) {
      factors.adopt(tx, id, account.totp);
      journal.append(tx, { type: account.totp === null ? 'operator.factor_removed' : 'operator.factor_set', data });
    }
    return isNewRole || isNewPassword || isNewFactor;
  };

  const leave = (tx: Tx, id: OperatorId) => {
    store.change(tx, id, { active: 0, badge: null, pin_hash: null, code_hash: null, code_until: null });
    journal.append(tx, { type: 'operator.deactivated', data: { operator: id } });
  };

  return {
    list: (): BenchAccount[] => store.all().map(accountOf),
    fold: foldName,
    /** Brings the accounts to what the directory says, with an entry for each change; answers whose sessions must end. */
    apply(tx: Tx, accounts: readonly BenchAccount[]): OperatorId[] {
      const out: OperatorId[] = [];
      for (const account of accounts) {
        const row = operators.get(account.id);
        if (!row && account.active) add(tx, account);
        if (account.active && (row === undefined || row.active)) {
          if (update(tx, account)) out.push(account.id);
        } else if (row?.active) {
          leave(tx, account.id);
          out.push(account.id);
        }
      }
      return out;
    },
    endSessions(ids: readonly OperatorId[]) {
      for (const id of ids) desk.endAllOf(id);
    },
  };
}
