import { BenchError } from '../../../shared/errors.ts';
import type { Me, meMethods } from '../../../shared/me.ts';
import { factorRoles } from '../../../shared/permissions.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Handlers, SignedIn } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import type { Settings } from '../station/settings.ts';
import type { Authenticator } from './authentication.ts';
import type { Factors } from './factors.ts';
import type { IdentityStore, OperatorRow } from './identity.store.ts';
import type { Operators } from './operators.ts';
import { createOwnData } from './own-data.ts';
import type { Passwords } from './passwords.ts';
import { expiryOf, type IdentityPolicy } from './policy.ts';
import type { SessionDesk } from './session-desk.ts';

export type MeDeps = {
  database: Database;
  journal: Journal;
  settings: Settings;
  store: IdentityStore;
  operators: Operators;
  authentication: Authenticator;
  factors: Factors;
  passwords: Passwords;
  desk: SessionDesk;
  policy: IdentityPolicy;
  clock: Clock;
};

/** What everybody sees and changes about themselves. */
export function createMe(deps: MeDeps) {
  const { database, journal, store, operators, authentication, factors, desk, policy, clock } = deps;
  const ownData = createOwnData(deps);
  const rowOf = (caller: SignedIn): OperatorRow => operators.existing(caller.operatorId);

  const me = (caller: SignedIn): Me => {
    const row = rowOf(caller);
    const expiry = expiryOf(policy, row.role, row.passwordSetAt);
    return {
      operatorId: row.id,
      name: operators.nameOf(row) ?? '',
      role: row.role,
      createdAt: row.createdAt,
      lastSignInAt: row.lastSignIn,
      passwordSetAt: row.passwordSetAt,
      passwordExpiresAt: expiry === null ? null : new Date(expiry).toISOString(),
      passwordsRemembered: operators.pastPasswords(row.id).length,
      secondFactor: row.totp !== null,
      recoveryCodesLeft: store.recoveryCodes(row.id),
      badge: row.badge !== null,
      language: row.language,
      journalEntries: store.entriesOf(row.id),
      notice:
        row.noticeVersion === null || row.noticeAt === null
          ? null
          : { version: row.noticeVersion, acceptedAt: row.noticeAt },
      sessions: desk.ofOperator(row.id).map(({ sessionId, connection, startedAt, locked, signedInBy }) => ({
        session: sessionId,
        here: connection === caller.connection,
        startedAt: new Date(startedAt).toISOString(),
        locked,
        byBadge: signedInBy === 'badge',
      })),
    };
  };

  return {
    'me.get': (_, caller) => me(caller),
    'me.export': (_, caller) => {
      const { sessions: _sessions, ...account } = me(caller);
      return ownData(caller.operatorId, account);
    },
    'me.end_session': ({ session }, caller) => {
      const other = desk.ofOperator(caller.operatorId).find(s => s.sessionId === session);
      if (!other) throw new BenchError('not_found', 'This session has ended already.');
      if (other.connection === caller.connection) throw new BenchError('conflict', 'Sign out to end this session.');
      desk.end(other.connection, 'operator');
      return me(caller);
    },
    'me.change_password': async ({ current, code, password }, caller) => {
      const proof = code === undefined ? { password: current } : { password: current, code };
      const meanwhile = () => void desk.stillSignedIn(caller);
      const terms = { withoutFactor: false, meanwhile };
      const { row, authentication: by } = await authentication.again(rowOf(caller), proof, terms);
      const hash = await authentication.chosenPassword(row, password);
      desk.stillSignedIn(caller);
      database.write(tx => {
        if (rowOf(caller).passwordHash !== row.passwordHash) {
          throw new BenchError('conflict', 'The password was changed meanwhile.');
        }
        operators.setPassword(tx, row.id, hash, 'chosen');
      });
      desk.endAllOf(row.id, caller.connection);
      desk.change(caller, { mustChange: false });
      return desk.renew(caller, 'session.stepped_up', by);
    },
    'me.begin_factor': (_, caller) =>
      factors.offer(rowOf(caller), {
        issuer: deps.settings.get('site-name') ?? 'Veriqko Bench',
        label: operators.nameOf(rowOf(caller)) ?? '',
      }),
    'me.confirm_factor': ({ code }, caller) => {
      const codes = factors.confirm(rowOf(caller), code);
      desk.endAllOf(caller.operatorId, caller.connection);
      desk.change(caller, { secondFactor: 'given' });
      return { codes };
    },
    'me.remove_factor': (_, caller) => {
      database.write(tx => factors.remove(tx, caller.operatorId, caller.operatorId));
      desk.endAllOf(caller.operatorId, caller.connection);
      desk.change(caller, { secondFactor: factorRoles.includes(caller.role) ? 'needed' : 'none' });
      return me(caller);
    },
    'me.new_recovery_codes': (_, caller) => {
      if (rowOf(caller).totp === null) throw new BenchError('conflict', 'Set up a second factor first.');
      return { codes: database.write(tx => factors.makeRecoveryCodes(tx, caller.operatorId)) };
    },
    'me.set_badge': async ({ badge, pin }, caller) => {
      if (caller.role !== 'technician') throw new BenchError('conflict', 'Only technicians sign in by badge.');
      if (new Set(pin).size < 3) throw new BenchError('password_refused', 'Use more different digits in the PIN.');
      const digest = authentication.badgeDigest(badge);
      const pin_hash = await deps.passwords.hash(pin);
      desk.stillSignedIn(caller);
      database.write(tx => {
        const owner = store.byBadge(digest);
        if (owner && owner.id !== caller.operatorId) {
          throw new BenchError('conflict', 'This badge belongs to another account.');
        }
        store.change(tx, caller.operatorId, { badge: digest, pin_hash });
        const data = { operator: caller.operatorId };
        journal.append(tx, { type: 'operator.badge_set', actor: caller.operatorId, data });
      });
      return me(caller);
    },
    'me.remove_badge': (_, caller) => {
      database.write(tx => {
        store.change(tx, caller.operatorId, { badge: null, pin_hash: null });
        const data = { operator: caller.operatorId };
        journal.append(tx, { type: 'operator.badge_removed', actor: caller.operatorId, data });
      });
      return me(caller);
    },
    'me.set_language': ({ language }, caller) => {
      database.write(tx => {
        store.change(tx, caller.operatorId, { language });
        const data = { operator: caller.operatorId };
        journal.append(tx, { type: 'operator.language_set', actor: caller.operatorId, data });
      });
      desk.tellOf(caller.operatorId);
      return me(caller);
    },
    'me.accept_notice': ({ version }, caller) => {
      if (version !== policy.noticeVersion)
        throw new BenchError('conflict', 'There is a newer version. Read that one.');
      database.write(tx => {
        const notice_at = new Date(clock.now()).toISOString();
        store.change(tx, caller.operatorId, { notice_version: version, notice_at });
        journal.append(tx, { type: 'notice.accepted', actor: caller.operatorId, data: { version } });
      });
      desk.acceptedNotice(caller.operatorId);
      return desk.view(caller);
    },
  } satisfies Pick<Handlers, keyof typeof meMethods>;
}
