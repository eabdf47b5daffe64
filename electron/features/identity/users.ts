import { BenchError } from '../../../shared/errors.ts';
import type { OperatorId } from '../../../shared/ids.ts';
import type { Invitation, Operator, userMethods } from '../../../shared/users.ts';
import type { Database, Tx } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import type { Attempts } from './attempts.ts';
import type { Authenticator } from './authentication.ts';
import type { Factors } from './factors.ts';
import type { IdentityStore, OperatorRow } from './identity.store.ts';
import type { Digest } from './identity-key.ts';
import { newCode, plainCode } from './one-time.ts';
import type { Operators } from './operators.ts';
import type { IdentityPolicy } from './policy.ts';
import type { SessionDesk } from './session-desk.ts';

export type UsersDeps = {
  database: Database;
  journal: Journal;
  store: IdentityStore;
  operators: Operators;
  attempts: Attempts;
  authentication: Authenticator;
  factors: Factors;
  desk: SessionDesk;
  digest: Digest;
  policy: IdentityPolicy;
  clock: Clock;
  random: Random;
};

/** What an admin, and for unlocking a supervisor, does to the accounts of others. */
export function createUsers(deps: UsersDeps) {
  const { database, journal, store, operators, attempts, authentication, factors, desk, digest, clock } = deps;

  const view = (row: OperatorRow): Operator => {
    const { key, lockAfter } = authentication.targetOf(row);
    const byName = row.active ? attempts.of(key, lockAfter) : { failed: 0, locked: false };
    const badge = row.badge === null ? null : authentication.badgeTarget(row.badge, row.id);
    const byBadge = badge === null ? { failed: 0, locked: false } : attempts.of(badge.key, badge.lockAfter);
    return {
      id: row.id,
      name: operators.nameOf(row) ?? '',
      role: row.role,
      active: row.active,
      createdAt: row.createdAt,
      lastSignInAt: row.lastSignIn,
      secondFactor: row.totp !== null,
      badge: row.badge !== null,
      failedAttempts: byName.failed + byBadge.failed,
      locked: byName.locked || byBadge.locked,
      invitedUntil: row.codeUntil,
    };
  };

  const giveCode = (tx: Tx, row: OperatorRow, by: OperatorId, cause: 'new' | 'reset'): Invitation => {
    const code = newCode(deps.random);
    const until = new Date(clock.now() + deps.policy.invitationMs).toISOString();
    const code_hash = digest('one-time', `${row.id}\n${plainCode(code)}`);
    store.change(tx, row.id, { password_hash: '', code_hash, code_until: until });
    journal.append(tx, { type: 'operator.invited', actor: by, data: { operator: row.id, cause, until } });
    return { operator: view(operators.existing(row.id)), code, until };
  };
  const assertOther = (id: OperatorId, by: OperatorId, message: string) => {
    if (id === by) throw new BenchError('conflict', message);
  };

  return {
    'users.list': () => operators.list().map(view),
    'users.invite': ({ name, role }, caller) =>
      database.write(tx => {
        const row = operators.add(tx, { name, role, by: caller.operatorId });
        return giveCode(tx, row, caller.operatorId, 'new');
      }),
    'users.reset': ({ operatorId }, caller) => {
      assertOther(operatorId, caller.operatorId, 'Change your own password under “Me”, or ask another admin.');
      const invitation = database.write(tx => {
        const row = operators.existing(operatorId);
        if (!row.active) throw new BenchError('conflict', 'This account is deactivated.');
        attempts.clear(tx, authentication.targetOf(row).key);
        return giveCode(tx, row, caller.operatorId, 'reset');
      });
      desk.endAllOf(operatorId);
      return invitation;
    },
    'users.change_role': ({ operatorId, role }, caller) => {
      const row = database.write(tx => operators.changeRole(tx, operatorId, role, caller.operatorId));
      desk.endAllOf(operatorId);
      return view(row);
    },
    'users.remove_factor': ({ operatorId }, caller) => {
      assertOther(operatorId, caller.operatorId, 'Remove your own second factor under “Me”.');
      database.write(tx => {
        if (operators.existing(operatorId).totp === null)
          throw new BenchError('conflict', 'There is no second factor.');
        factors.remove(tx, operatorId, caller.operatorId);
      });
      desk.endAllOf(operatorId);
      return view(operators.existing(operatorId));
    },
    'users.unlock': ({ operatorId }, caller) => {
      assertOther(operatorId, caller.operatorId, 'Somebody else must unlock your account.');
      const row = operators.existing(operatorId);
      database.write(tx => {
        attempts.clear(tx, authentication.targetOf(row).key);
        if (row.badge !== null) attempts.clear(tx, row.badge);
        journal.append(tx, { type: 'operator.unlocked', actor: caller.operatorId, data: { operator: row.id } });
      });
      return view(row);
    },
    'users.deactivate': ({ operatorId }, caller) => {
      const row = database.write(tx => operators.deactivate(tx, operatorId, caller.operatorId));
      desk.endAllOf(operatorId);
      return view(row);
    },
  } satisfies Pick<Handlers, keyof typeof userMethods>;
}
