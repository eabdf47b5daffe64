import { BenchError } from '../../../shared/errors.ts';
import { LoginName, type Operator } from '../../../shared/identity.ts';
import { OperatorId } from '../../../shared/ids.ts';
import type { Role } from '../../../shared/permissions.ts';
import type { Database, Tx } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { Subjects } from '../journal/subjects.ts';
import { createIdentityStore, type OperatorRow } from './identity.store.ts';

type NewOperator = { name: string; role: Role; passwordHash: string; by: OperatorId | undefined };

/** The people of the bench. Names live sealed in the journal, under a key of each person's own. */
export function createOperators(deps: { database: Database; journal: Journal; subjects: Subjects; clock: Clock }) {
  const { database, journal, subjects, clock } = deps;
  const store = createIdentityStore(database.read);
  const nameOf = (row: OperatorRow) => journal.open('operator.added', row.profileIdx, 'profile')?.name ?? null;

  return {
    list: store.all,
    get: store.find,
    nameOf,
    /** The active operator of this name, however it is written. */
    named: (name: string) => store.all().find(row => row.active && fold(nameOf(row) ?? '') === fold(name)),
    view: (row: OperatorRow): Operator => ({
      id: row.id,
      name: nameOf(row) ?? '',
      role: row.role,
      active: row.active,
      createdAt: row.createdAt,
    }),
    add(tx: Tx, operator: NewOperator): OperatorRow {
      const subject = subjects.create();
      const id = OperatorId.parse(`op_${subject}`);
      const profileIdx = journal.append(tx, {
        type: 'operator.added',
        actor: operator.by,
        data: { operator: id, role: operator.role },
        pii: { profile: { subject, value: { name: operator.name } } },
      });
      const createdAt = new Date(clock.now()).toISOString();
      const row = { id, role: operator.role, profileIdx, passwordHash: operator.passwordHash, active: true, createdAt };
      store.insert(tx, row);
      return row;
    },
    /** Takes somebody's access away; throws `conflict` for the last admin. */
    deactivate(tx: Tx, id: OperatorId, by: OperatorId | undefined): OperatorRow {
      const row = store.find(id);
      if (!row) throw new BenchError('not_found', 'There is no such operator.');
      const admins = store.all().filter(other => other.active && other.role === 'admin');
      if (row.role === 'admin' && admins.length === 1) {
        throw new BenchError('conflict', 'The last admin cannot be removed.');
      }
      store.deactivate(tx, id);
      journal.append(tx, { type: 'operator.deactivated', actor: by, data: { operator: id } });
      return { ...row, active: false };
    },
  };
}

export type Operators = ReturnType<typeof createOperators>;

function fold(name: string): string {
  return LoginName.catch('').parse(name).normalize('NFKC').toLocaleLowerCase('und');
}
