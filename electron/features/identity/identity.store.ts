import { OperatorId } from '../../../shared/ids.ts';
import { Role } from '../../../shared/permissions.ts';
import type { Reads, Tx } from '../../database/database.ts';
import { query } from '../../database/query.ts';

export type OperatorRow = {
  id: OperatorId;
  role: Role;
  profileIdx: number;
  passwordHash: string;
  active: boolean;
  createdAt: string;
};

const columns = ['id', 'role', 'profile_idx', 'password_hash', 'active', 'created_at'] as const;

type Raw = { id: string; role: string; profile_idx: number; password_hash: string; active: number; created_at: string };

const toRow = (raw: Raw): OperatorRow => ({
  id: OperatorId.parse(raw.id),
  role: Role.parse(raw.role),
  profileIdx: raw.profile_idx,
  passwordHash: raw.password_hash,
  active: raw.active === 1,
  createdAt: raw.created_at,
});

/** Queries of the operators. */
export function createIdentityStore(read: Reads) {
  return {
    all: () => read.all(query.selectFrom('operator').select(columns).orderBy('created_at')).map(toRow),
    find: (id: OperatorId): OperatorRow | undefined => {
      const row = read.get(query.selectFrom('operator').select(columns).where('id', '=', id));
      return row && toRow(row);
    },
    insert(tx: Tx, row: OperatorRow) {
      tx.run(
        query.insertInto('operator').values({
          id: row.id,
          role: row.role,
          profile_idx: row.profileIdx,
          password_hash: row.passwordHash,
          active: row.active ? 1 : 0,
          created_at: row.createdAt,
        }),
      );
    },
    deactivate(tx: Tx, id: OperatorId) {
      tx.run(query.updateTable('operator').set({ active: 0 }).where('id', '=', id));
    },
  };
}
