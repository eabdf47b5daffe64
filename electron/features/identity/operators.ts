import { BenchError } from '../../../shared/errors.ts';
import { OperatorId } from '../../../shared/ids.ts';
import { allows, type Role } from '../../../shared/permissions.ts';
import type { Database, Tx } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { Subjects } from '../journal/subjects.ts';
import type { IdentityStore, OperatorRow } from './identity.store.ts';
import { foldName } from './name-fold.ts';

/** How many earlier passwords are remembered, so that none is taken again. */
export const passwordsKept = 12;

export type OperatorsDeps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  store: IdentityStore;
  clock: Clock;
};

/** The people of the bench. Names live sealed in the journal, under a key of each person's own. */
export function createOperators(deps: OperatorsDeps) {
  const { journal, subjects, store, clock } = deps;
  const nameOf = (row: OperatorRow) => journal.open('operator.added', row.profileIdx, 'profile')?.name ?? null;
  const active = () => store.all().filter(row => row.active);
  const named = (name: string) => active().find(row => foldName(nameOf(row) ?? '') === foldName(name));
  const nowIso = () => new Date(clock.now()).toISOString();

  const existing = (id: OperatorId): OperatorRow => {
    const row = store.find(id);
    if (!row) throw new BenchError('not_found', 'There is no such operator.');
    return row;
  };
  const assertNotLastAdmin = (row: OperatorRow) => {
    const others = active().filter(other => other.role === 'admin' && other.passwordHash !== '' && other.id !== row.id);
    if (row.role === 'admin' && others.length === 0) {
      throw new BenchError('conflict', 'The last admin who can sign in must stay one.');
    }
  };

  return {
    list: store.all,
    get: store.find,
    existing,
    nameOf,
    /** The active operator of this name, however it is written. */
    named,
    /** Whether somebody other than a lone person could unlock an account. */
    canBeUnlocked: () => active().filter(row => row.passwordHash !== '' && allows(row.role, 'user.unlock')).length > 1,
    /** Adds somebody without a password; throws `conflict` for a name that reads like another one's. */
    add(tx: Tx, { name, role, by }: { name: string; role: Role; by: OperatorId | undefined }): OperatorRow {
      if (named(name)) throw new BenchError('conflict', 'Somebody has this name already. Choose another.');
      const subject = subjects.create();
      const id = OperatorId.parse(`op_${subject}`);
      const profileIdx = journal.append(tx, {
        type: 'operator.added',
        actor: by,
        data: { operator: id, role },
        pii: { profile: { subject, value: { name } } },
      });
      store.insert(tx, { id, role, profile_idx: profileIdx, created_at: nowIso() });
      return existing(id);
    },
    setPassword(tx: Tx, id: OperatorId, hash: string, cause: 'chosen' | 'code'): OperatorRow {
      store.change(tx, id, { password_hash: hash, password_set_at: nowIso(), code_hash: null, code_until: null });
      store.remember(tx, id, hash, passwordsKept);
      journal.append(tx, { type: 'operator.password_set', actor: id, data: { operator: id, cause } });
      return existing(id);
    },
    pastPasswords: (id: OperatorId) => store.pastPasswords(id, passwordsKept),
    changeRole(tx: Tx, id: OperatorId, role: Role, by: OperatorId): OperatorRow {
      const row = existing(id);
      if (row.role === role) throw new BenchError('conflict', 'This is the role already.');
      if (!row.active) throw new BenchError('conflict', 'This account is deactivated.');
      assertNotLastAdmin(row);
      store.change(tx, id, { role, badge: null, pin_hash: null });
      journal.append(tx, {
        type: 'operator.role_changed',
        actor: by,
        data: { operator: id, from: row.role, to: role },
      });
      return existing(id);
    },
    /** Takes somebody's access away; throws `conflict` for the last admin. */
    deactivate(tx: Tx, id: OperatorId, by: OperatorId | undefined): OperatorRow {
      const row = existing(id);
      assertNotLastAdmin(row);
      store.change(tx, id, { active: 0, badge: null, pin_hash: null, code_hash: null, code_until: null });
      journal.append(tx, { type: 'operator.deactivated', actor: by, data: { operator: id } });
      return existing(id);
    },
  };
}

export type Operators = ReturnType<typeof createOperators>;
