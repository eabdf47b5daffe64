import type { Selectable } from 'kysely';
import { OperatorId } from '../../../shared/ids.ts';
import { Language } from '../../../shared/me.ts';
import { Role } from '../../../shared/permissions.ts';
import type { Reads, Tx } from '../../database/database.ts';
import { query } from '../../database/query.ts';
import type { Tables } from '../../database/tables.ts';

type Raw = Selectable<Tables['operator']>;
/** Columns of an account that change. */
export type AccountChange = Partial<Omit<Raw, 'id' | 'profile_idx' | 'created_at'>>;

const toRow = (raw: Raw) => ({
  id: OperatorId.parse(raw.id),
  role: Role.parse(raw.role),
  profileIdx: raw.profile_idx,
  /** Empty for somebody who has no password. */
  passwordHash: raw.password_hash,
  active: raw.active === 1,
  createdAt: raw.created_at,
  passwordSetAt: raw.password_set_at,
  lastSignIn: raw.last_sign_in,
  language: raw.language === null ? null : Language.parse(raw.language),
  codeHash: raw.code_hash,
  codeUntil: raw.code_until,
  totp: raw.totp,
  totpPending: raw.totp_pending,
  totpCounter: raw.totp_counter,
  badge: raw.badge,
  pinHash: raw.pin_hash,
  noticeVersion: raw.notice_version,
  noticeAt: raw.notice_at,
});
export type OperatorRow = ReturnType<typeof toRow>;

/** Queries of the operators. */
export function createIdentityStore(read: Reads) {
  const rows = query.selectFrom('operator').selectAll();
  const codes = query.selectFrom('recovery_code').select('hash');
  return {
    all: () => read.all(rows.orderBy('created_at')).map(toRow),
    find: (id: OperatorId): OperatorRow | undefined => {
      const raw = read.get(rows.where('id', '=', id));
      return raw && toRow(raw);
    },
    byBadge: (badge: string): OperatorRow | undefined => {
      const raw = read.get(rows.where('badge', '=', badge));
      return raw && toRow(raw);
    },
    insert(tx: Tx, row: { id: OperatorId; role: Role; profile_idx: number; created_at: string }) {
      tx.run(query.insertInto('operator').values({ ...row, password_hash: '', active: 1 }));
    },
    change(tx: Tx, id: OperatorId, change: AccountChange) {
      tx.run(query.updateTable('operator').set(change).where('id', '=', id));
    },
    /** Passwords that were set before, newest first. */
    pastPasswords: (id: OperatorId, count: number) =>
      read
        .all(
          query
            .selectFrom('password_history')
            .select('hash')
            .where('operator', '=', id)
            .orderBy('id', 'desc')
            .limit(count),
        )
        .map(row => row.hash),
    remember(tx: Tx, id: OperatorId, hash: string, keep: number) {
      tx.run(query.insertInto('password_history').values({ operator: id, hash }));
      const mine = query.selectFrom('password_history').where('operator', '=', id).select('id');
      const kept = mine.orderBy('id', 'desc').limit(keep);
      tx.run(query.deleteFrom('password_history').where('operator', '=', id).where('id', 'not in', kept));
    },
    recoveryCodes: (id: OperatorId) => read.all(codes.where('operator', '=', id)).length,
    /** True when the code was there; it is gone now. */
    takeRecoveryCode: (tx: Tx, id: OperatorId, hash: string): boolean =>
      tx.run(query.deleteFrom('recovery_code').where('operator', '=', id).where('hash', '=', hash)).changes > 0,
    replaceRecoveryCodes(tx: Tx, id: OperatorId, hashes: readonly string[]) {
      tx.run(query.deleteFrom('recovery_code').where('operator', '=', id));
      for (const hash of hashes) tx.run(query.insertInto('recovery_code').values({ operator: id, hash }));
    },
    /** Whether both accounts ever carried the same badge. */
    sharedBadge: (a: string, b: string): boolean => {
      const of = (id: string) => query.selectFrom('badge_history').select('badge').where('operator', '=', id);
      return read.get(of(a).where('badge', 'in', of(b))) !== undefined;
    },
    /** Numbers of the entries that name this person as the one who acted, oldest first. */
    entryNumbersOf: (id: OperatorId) =>
      read
        .all(query.selectFrom('entry_ref').select('idx').where('actor', '=', id).orderBy('idx'))
        .map(({ idx }) => idx),
    entriesOf: (id: OperatorId) =>
      read.get(
        query
          .selectFrom('entry_ref')
          .select(e => e.fn.countAll<number>().as('count'))
          .where('actor', '=', id),
      )?.count ?? 0,
  };
}

export type IdentityStore = ReturnType<typeof createIdentityStore>;
