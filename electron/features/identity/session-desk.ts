import { BenchError } from '../../../shared/errors.ts';
import type { Authentication } from '../../../shared/events.ts';
import type { SecondFactor, Session } from '../../../shared/identity.ts';
import type { OperatorId } from '../../../shared/ids.ts';
import { factorRoles, permissions, type Role } from '../../../shared/permissions.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { PublishTo, SignedIn } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import type { IdentityStore, OperatorRow } from './identity.store.ts';
import type { Operators } from './operators.ts';
import { expiryOf, type IdentityPolicy } from './policy.ts';
import type { SessionRecord } from './session-record.ts';
import { type ActiveSession, createSessions, type SessionChange } from './sessions.ts';

const stepUpMs = 5 * 60_000;
const maxSessions = 3;

export type SessionDeskDeps = {
  database: Database;
  journal: Journal;
  store: IdentityStore;
  operators: Operators;
  record: SessionRecord;
  policy: IdentityPolicy;
  /** Wall time that never goes back. */
  clock: Clock;
  random: Random;
  publishTo: PublishTo;
};

/** Opens, locks, renews and ends sessions, and tells each screen about its own. */
export function createSessionDesk(deps: SessionDeskDeps) {
  const { database, journal, store, operators, record, policy, clock, random, publishTo } = deps;
  const sessions = createSessions();
  const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

  const view = (session: ActiveSession): Session => {
    const row = operators.get(session.operatorId);
    return {
      operatorId: session.operatorId,
      name: session.name,
      role: session.role,
      permissions: permissionsOf(session.role),
      locked: session.locked,
      stepUpUntil: iso(session.stepUpUntil),
      signedInBy: session.signedInBy,
      secondFactor: session.secondFactor,
      mustChange: session.mustChange,
      passwordExpiresAt: iso(expiryOf(policy, session.role, row?.passwordSetAt ?? null)),
      language: row?.language ?? null,
      noticeDue: session.noticeDue ? policy.noticeVersion : null,
    };
  };
  const tell = (session: ActiveSession): Session => {
    publishTo(session.connection, 'session.changed', view(session));
    return view(session);
  };

  const end = (connection: string, cause: 'operator' | 'revoked' | 'closed' | 'limit') => {
    const session = sessions.end(connection);
    if (!session) return;
    record.ended(session, cause);
    publishTo(connection, 'session.changed', null);
  };

  const lock = (connection: string, cause: 'operator' | 'idle' | 'system'): Session | null => {
    const session = sessions.of(connection);
    if (!session) return null;
    if (session.locked) return view(session);
    const locked = sessions.update(connection, { locked: true, stepUpUntil: null });
    record.locked(session, cause);
    return locked && tell(locked);
  };

  const isIdle = ({ locked, lastTouch }: ActiveSession) =>
    !locked && policy.idleMs !== null && clock.now() - lastTouch >= policy.idleMs;

  /** The session of a connection, locked first when nobody touched it for too long. */
  const of = (connection: string): ActiveSession | null => {
    const session = sessions.of(connection);
    if (session && isIdle(session)) lock(connection, 'idle');
    return sessions.of(connection);
  };

  /** Throws when the session that a call came in on ended while the call waited. */
  const stillSignedIn = (caller: SignedIn): ActiveSession => {
    const session = sessions.of(caller.connection);
    const ids = session ? [session.sessionId, ...session.earlierIds] : [];
    if (!session || !ids.includes(caller.sessionId)) throw new BenchError('not_signed_in', 'Sign in first.');
    return session;
  };

  const change = (caller: SignedIn, changes: SessionChange): Session => {
    const session = stillSignedIn(caller);
    return tell(sessions.update(session.connection, changes) ?? session);
  };

  return {
    of,
    all: sessions.all,
    ofOperator: sessions.ofOperator,
    end,
    lock,
    stillSignedIn,
    change,
    view: (caller: SignedIn) => view(stillSignedIn(caller)),
    viewOf: (session: ActiveSession) => view(session),
    /** Signs somebody in on a connection, whose session before ends. */
    start(connection: string, row: OperatorRow, by: Authentication | 'badge'): Session {
      end(connection, 'closed');
      const now = clock.now();
      const expiry = expiryOf(policy, row.role, row.passwordSetAt);
      const session: ActiveSession = {
        connection,
        sessionId: random.uuid(),
        earlierIds: [],
        operatorId: row.id,
        name: operators.nameOf(row) ?? '',
        role: row.role,
        locked: false,
        stepUpUntil: by === 'badge' ? null : now + stepUpMs,
        signedInBy: by === 'badge' ? 'badge' : 'password',
        secondFactor: factorOf(row, by),
        mustChange: expiry !== null && now >= expiry,
        noticeDue: row.noticeVersion !== policy.noticeVersion,
        startedAt: now,
        lastTouch: now,
      };
      database.write(tx => {
        store.change(tx, row.id, { last_sign_in: new Date(now).toISOString() });
        journal.append(tx, { type: 'session.started', actor: row.id, data: { session: session.sessionId, by } });
      });
      sessions.open(session);
      for (const oldest of sessions.ofOperator(row.id).slice(0, -maxSessions)) end(oldest.connection, 'limit');
      return tell(session);
    },
    /** Gives the session another id after its person proved again who they are. */
    renew(caller: SignedIn, type: 'session.unlocked' | 'session.stepped_up', by: Authentication): Session {
      const session = stillSignedIn(caller);
      const sessionId = random.uuid();
      const data = { session: sessionId, previous: session.sessionId };
      database.write(tx => {
        if (type === 'session.unlocked') journal.append(tx, { type, actor: session.operatorId, data });
        else journal.append(tx, { type, actor: session.operatorId, data: { ...data, by } });
      });
      // The password alone opens the screen; what needs a fresh proof wants the second factor where there is one.
      const whole = by !== 'password' || operators.get(session.operatorId)?.totp === null;
      const now = clock.now();
      return change(caller, {
        sessionId,
        earlierIds: [...session.earlierIds, session.sessionId].slice(-20),
        locked: false,
        lastTouch: now,
        stepUpUntil: whole ? now + stepUpMs : null,
        secondFactor: by === 'password' ? session.secondFactor : 'given',
      });
    },
    /** The person accepted the present notice, which opens every session of theirs. */
    acceptedNotice(operatorId: OperatorId) {
      for (const { connection, noticeDue } of sessions.ofOperator(operatorId)) {
        const open = noticeDue ? sessions.update(connection, { noticeDue: false }) : null;
        if (open) tell(open);
      }
    },
    /** Something about the person changed that their screens show. */
    tellOf(operatorId: OperatorId) {
      for (const session of sessions.ofOperator(operatorId)) tell(session);
    },
    touch(connection: string) {
      sessions.update(connection, { lastTouch: clock.now() });
    },
    /** Locks what nobody touched for too long; call it from time to time. */
    lockIdle() {
      for (const { connection } of sessions.all()) of(connection);
    },
    /** Ends every session of a person, but for one. */
    endAllOf(operatorId: OperatorId, except: string | null = null) {
      for (const { connection } of sessions.ofOperator(operatorId)) {
        if (connection !== except) end(connection, 'revoked');
      }
    },
  };
}

export type SessionDesk = ReturnType<typeof createSessionDesk>;

function factorOf(row: OperatorRow, by: Authentication | 'badge'): SecondFactor {
  if (row.totp === null) return factorRoles.includes(row.role) ? 'needed' : 'none';
  return by === 'badge' || by === 'password' ? 'withheld' : 'given';
}

function permissionsOf(role: Role): string[] {
  return Object.entries(permissions).flatMap(([name, roles]) =>
    (roles as readonly Role[]).includes(role) ? [name] : [],
  );
}
