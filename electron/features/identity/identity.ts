import { BenchError } from '../../../shared/errors.ts';
import type { identityMethods, Session } from '../../../shared/identity.ts';
import type { OperatorId } from '../../../shared/ids.ts';
import { permissions, type Role } from '../../../shared/permissions.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Handlers, PublishTo, SignedIn } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import type { Subjects } from '../journal/subjects.ts';
import type { Settings } from '../station/settings.ts';
import type { OperatorRow } from './identity.store.ts';
import { createOperators } from './operators.ts';
import { checkPassword, hashPassword } from './passwords.ts';
import { createSessionRecord } from './session-record.ts';
import { type ActiveSession, createSessions } from './sessions.ts';

const stepUpMs = 5 * 60_000;
const maxSessions = 3;

export type IdentityDeps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  settings: Settings;
  clock: Clock;
  random: Random;
  publishTo: PublishTo;
  training: boolean;
  appVersion: string;
  log(line: Record<string, unknown>): void;
};

/** Operators of the bench, who is signed in where, and the first set-up. */
export function createIdentity(deps: IdentityDeps) {
  const { database, journal, subjects, settings, clock, random, publishTo } = deps;
  const operators = createOperators({ database, journal, subjects, clock });
  const sessions = createSessions();
  const record = createSessionRecord(deps);
  // Verified against when the name is unknown, so that the answer takes as long.
  const decoy = hashPassword(random.bytes(32).toString('base64'));

  const view = (session: ActiveSession): Session => ({
    operatorId: session.operatorId,
    name: session.name,
    role: session.role,
    permissions: permissionsOf(session.role),
    locked: session.locked,
    stepUpUntil: session.stepUpUntil === null ? null : new Date(session.stepUpUntil).toISOString(),
  });
  const tell = (session: ActiveSession): Session => {
    publishTo(session.connection, 'session.changed', view(session));
    return view(session);
  };

  const startSession = (connection: string, row: OperatorRow): Session => {
    endSession(connection, 'closed');
    const session: ActiveSession = {
      connection,
      sessionId: random.uuid(),
      operatorId: row.id,
      name: operators.nameOf(row) ?? '',
      role: row.role,
      locked: false,
      stepUpUntil: clock.now() + stepUpMs,
    };
    database.write(tx =>
      journal.append(tx, { type: 'session.started', actor: row.id, data: { session: session.sessionId } }),
    );
    sessions.open(session);
    for (const oldest of sessions.ofOperator(row.id).slice(0, -maxSessions)) endSession(oldest.connection, 'limit');
    return tell(session);
  };

  const endSession = (connection: string, cause: 'operator' | 'revoked' | 'closed' | 'limit') => {
    const session = sessions.end(connection);
    if (!session) return;
    record.ended(session, cause);
    publishTo(connection, 'session.changed', null);
  };

  const refuseSignIn = (): never => {
    database.write(tx => journal.append(tx, { type: 'session.refused', data: { cause: 'credentials' } }));
    throw new BenchError('sign_in_failed', 'Name or password is wrong.');
  };

  /** Throws when the session that a call came in on ended while the call waited. */
  const stillSignedIn = (caller: SignedIn) => {
    if (sessions.of(caller.connection)?.sessionId !== caller.sessionId)
      throw new BenchError('not_signed_in', 'Sign in first.');
  };

  /** Checks the password of somebody signed in; throws `sign_in_failed` and records it. */
  const reauthenticate = async (caller: SignedIn, password: string): Promise<void> => {
    const row = operators.get(caller.operatorId);
    if (!row?.active || !(await checkPassword(row.passwordHash, password))) refuseSignIn();
    stillSignedIn(caller);
  };

  const lock = (connection: string, cause: 'operator' | 'idle' | 'system') => {
    const session = sessions.of(connection);
    if (!session) return null;
    if (session.locked) return view(session);
    const locked = sessions.update(connection, { locked: true, stepUpUntil: null });
    record.locked(session, cause);
    return locked && tell(locked);
  };

  const current = (caller: SignedIn): Session => {
    const session = sessions.of(caller.connection);
    if (!session) throw new BenchError('not_signed_in', 'Sign in first.');
    return view(session);
  };

  const handlers = {
    'station.info': () => ({
      stationId: settings.get('station-id') ?? '',
      stationName: settings.get('station-name'),
      siteName: settings.get('site-name'),
      prefix: settings.get('prefix') ?? '',
      training: deps.training,
      setUp: operators.list().length > 0,
      version: deps.appVersion,
    }),
    'identity.set_up': async (input, caller) => {
      const passwordHash = await hashPassword(input.password);
      const row = database.write(tx => {
        if (operators.list().length > 0)
          throw new BenchError('already_set_up', 'The bench is set up already. Sign in.');
        settings.set(tx, 'site-name', input.siteName);
        settings.set(tx, 'station-name', input.stationName);
        journal.append(tx, {
          type: 'station.set_up',
          data: {
            stationId: settings.get('station-id') ?? '',
            prefix: settings.get('prefix') ?? '',
            siteName: input.siteName,
            stationName: input.stationName,
          },
        });
        return operators.add(tx, { name: input.adminName, role: 'admin', passwordHash, by: undefined });
      });
      return startSession(caller.connection, row);
    },
    'identity.sign_in': async (input, caller) => {
      if (operators.list().length === 0)
        throw new BenchError('not_set_up', 'The bench has no admin yet. Set it up first.');
      const row = operators.named(input.name);
      const right = await checkPassword(row?.passwordHash ?? (await decoy), input.password);
      const active = row !== undefined && operators.get(row.id)?.active === true;
      return active && right ? startSession(caller.connection, row) : refuseSignIn();
    },
    'identity.session': (_, caller) => {
      const session = sessions.of(caller.connection);
      return session && view(session);
    },
    'identity.sign_out': (_, caller) => {
      endSession(caller.connection, 'operator');
      return null;
    },
    'identity.lock': (_, caller) => lock(caller.connection, 'operator') ?? current(caller),
    'identity.unlock': async (input, caller) => {
      await reauthenticate(caller, input.password);
      database.write(tx =>
        journal.append(tx, { type: 'session.unlocked', actor: caller.operatorId, data: { session: caller.sessionId } }),
      );
      const open = sessions.update(caller.connection, { locked: false, stepUpUntil: clock.now() + stepUpMs });
      return open ? tell(open) : current(caller);
    },
    'identity.step_up': async (input, caller) => {
      await reauthenticate(caller, input.password);
      database.write(tx =>
        journal.append(tx, {
          type: 'session.stepped_up',
          actor: caller.operatorId,
          data: { session: caller.sessionId },
        }),
      );
      const open = sessions.update(caller.connection, { stepUpUntil: clock.now() + stepUpMs });
      return open ? tell(open) : current(caller);
    },
    'users.list': () => operators.list().map(operators.view),
    'users.add': async (input, caller) => {
      const passwordHash = await hashPassword(input.password);
      stillSignedIn(caller);
      return database.write(tx => {
        if (operators.named(input.name))
          throw new BenchError('conflict', 'Somebody has this name already. Choose another.');
        return operators.view(
          operators.add(tx, { name: input.name, role: input.role, passwordHash, by: caller.operatorId }),
        );
      });
    },
    'users.deactivate': (input, caller) => {
      const row = database.write(tx => operators.deactivate(tx, input.operatorId, caller.operatorId));
      for (const session of sessions.ofOperator(row.id)) endSession(session.connection, 'revoked');
      return operators.view(row);
    },
  } satisfies Pick<Handlers, keyof typeof identityMethods>;

  return {
    handlers,
    sessionOf: sessions.of,
    reauthenticate,
    /** The operator's name, or null when it was forgotten. */
    nameOf(operatorId: OperatorId): string | null {
      const row = operators.get(operatorId);
      return row ? operators.nameOf(row) : null;
    },
    /** Takes somebody's access away for good, whoever asked; throws `conflict` for the last admin. */
    expel(operatorId: OperatorId): void {
      const row = database.write(tx => operators.deactivate(tx, operatorId, undefined));
      for (const session of sessions.ofOperator(row.id)) endSession(session.connection, 'revoked');
    },
    /** Whether the person can sign in; null when the bench knows no such person. */
    isActive: (operatorId: OperatorId): boolean | null => operators.get(operatorId)?.active ?? null,
    /** Locks every session, as when the operating system locks or sleeps. Running jobs go on. */
    lockAll() {
      for (const session of sessions.all()) lock(session.connection, 'system');
    },
    closeConnection: (connection: string) => endSession(connection, 'closed'),
  };
}

export type Identity = ReturnType<typeof createIdentity>;

function permissionsOf(role: Role): string[] {
  return Object.entries(permissions).flatMap(([name, roles]) =>
    (roles as readonly Role[]).includes(role) ? [name] : [],
  );
}
