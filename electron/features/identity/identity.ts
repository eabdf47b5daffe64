import { BenchError } from '../../../shared/errors.ts';
import type { Authentication } from '../../../shared/events.ts';
import type { identityMethods, Proof } from '../../../shared/identity.ts';
import type { OperatorId } from '../../../shared/ids.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { GateSession, Handlers, PublishTo, SignedIn } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import type { Subjects } from '../journal/subjects.ts';
import type { Settings } from '../station/settings.ts';
import { createAttempts } from './attempts.ts';
import { createAuthentication } from './authentication.ts';
import { createFactors } from './factors.ts';
import { createIdentityStore } from './identity.store.ts';
import type { Digest } from './identity-key.ts';
import { createMe } from './me.ts';
import { createOperators } from './operators.ts';
import { createPasswordRules } from './password-rules.ts';
import { createPasswords } from './passwords.ts';
import type { IdentityPolicy } from './policy.ts';
import { createSessionDesk } from './session-desk.ts';
import { createSessionRecord } from './session-record.ts';
import { createSiteAccounts } from './site-accounts.ts';
import { createSitePolicy } from './site-policy.ts';
import { createUsers } from './users.ts';

export type IdentityDeps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  settings: Settings;
  /** Wall time that never goes back. */
  clock: Clock;
  /** The wall clock as it is. */
  wall: Clock;
  random: Random;
  digest: Digest;
  policy: IdentityPolicy;
  publishTo: PublishTo;
  training: boolean;
  appVersion: string;
  log(line: Record<string, unknown>): void;
};

/** Operators of the bench, who is signed in where, and the first set-up. */
export function createIdentity(deps: IdentityDeps) {
  const { database, journal, settings } = deps;
  const store = createIdentityStore(database.read);
  const sitePolicy = createSitePolicy({ ...deps, standard: deps.policy });
  const base = { ...deps, store, policy: sitePolicy.inForce };
  const operators = createOperators(base);
  const passwords = createPasswords();
  const assertGood = createPasswordRules();
  const attempts = createAttempts({ ...base, canBeUnlocked: operators.canBeUnlocked });
  const factors = createFactors(base);
  const authentication = createAuthentication({ ...base, operators, attempts, factors, passwords, assertGood });
  const desk = createSessionDesk({ ...base, operators, record: createSessionRecord(deps) });
  const parts = { ...base, operators, attempts, authentication, factors, passwords, desk };

  /** Checks once more who the caller is; throws `sign_in_failed` and its kin, and records it. */
  const reauthenticate = async (caller: SignedIn, proof: Proof, withoutFactor = false): Promise<Authentication> => {
    const row = operators.existing(caller.operatorId);
    const meanwhile = () => void desk.stillSignedIn(caller);
    return (await authentication.again(row, proof, { withoutFactor, meanwhile })).authentication;
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
    'identity.set_up': async ({ siteName, stationName, adminName, password }, caller) => {
      assertGood(password, adminName);
      const hash = await passwords.hash(password);
      const row = database.write(tx => {
        if (operators.list().length > 0)
          throw new BenchError('already_set_up', 'The bench is set up already. Sign in.');
        settings.set(tx, 'site-name', siteName);
        settings.set(tx, 'station-name', stationName);
        const [stationId, prefix] = [settings.get('station-id') ?? '', settings.get('prefix') ?? ''];
        journal.append(tx, { type: 'station.set_up', data: { stationId, prefix, siteName, stationName } });
        const { id } = operators.add(tx, { name: adminName, role: 'admin', by: undefined });
        return operators.setPassword(tx, id, hash, 'chosen');
      });
      return desk.start(caller.connection, row, 'password');
    },
    'identity.sign_in': async (input, caller) => {
      if (operators.list().length === 0)
        throw new BenchError('not_set_up', 'The bench has no admin yet. Set it up first.');
      const { row, authentication: by } = await authentication.signIn(input);
      return desk.start(caller.connection, row, by);
    },
    'identity.sign_in_badge': async (input, caller) =>
      desk.start(caller.connection, await authentication.signInByBadge(input), 'badge'),
    'identity.accept_invitation': async input => {
      await authentication.acceptInvitation(input);
      return null;
    },
    'identity.session': (_, caller) => {
      const session = desk.of(caller.connection);
      return session && desk.viewOf(session);
    },
    'identity.sign_out': (_, caller) => {
      desk.end(caller.connection, 'operator');
      return null;
    },
    'identity.lock': (_, caller) => desk.lock(caller.connection, 'operator') ?? desk.view(caller),
    'identity.unlock': async (input, caller) =>
      desk.renew(caller, 'session.unlocked', await reauthenticate(caller, input, true)),
    'identity.touch': (_, caller) => {
      desk.touch(caller.connection);
      return null;
    },
    'identity.step_up': async (input, caller) =>
      desk.renew(caller, 'session.stepped_up', await reauthenticate(caller, input)),
  } satisfies Pick<Handlers, keyof typeof identityMethods>;

  return {
    handlers: { ...handlers, ...createUsers(parts), ...createMe(parts), ...sitePolicy.handlers },
    /** The session of a connection as the gate sees it. */
    sessionOf(connection: string): GateSession | null {
      const session = desk.of(connection);
      return session && { ...session, secondFactor: session.secondFactor === 'given' };
    },
    touch: desk.touch,
    reauthenticate,
    /** The operator's name, or null when it was forgotten. */
    nameOf(operatorId: OperatorId): string | null {
      const row = operators.get(operatorId);
      return row ? operators.nameOf(row) : null;
    },
    /** Takes somebody's access away for good, whoever asked; throws `conflict` for the last admin. */
    expel(operatorId: OperatorId): void {
      database.write(tx => operators.deactivate(tx, operatorId, undefined));
      desk.endAllOf(operatorId);
    },
    /** Whether the person can sign in; null when the bench knows no such person. */
    isActive: (operatorId: OperatorId): boolean | null => operators.get(operatorId)?.active ?? null,
    /** Whether somebody has a second factor; null when the bench knows no such person. */
    secondFactorOf(operatorId: OperatorId): boolean | null {
      const row = operators.get(operatorId);
      return row ? row.totp !== null : null;
    },
    /** Whether two accounts belong to one person, as far as the bench can tell: both carried the same badge some time. */
    isSamePerson: (a: string, b: string): boolean => a === b || store.sharedBadge(a, b),
    /** The accounts, for the directory of the site. */
    accounts: createSiteAccounts(parts),
    /** What the site decided about accounts, for its directory. */
    sitePolicy: { stored: sitePolicy.stored, adopt: sitePolicy.adopt },
    /** How long an approved bypass waits for its use, in milliseconds. */
    approvalMs: () => sitePolicy.inForce.approvalMs,
    lockIdle: desk.lockIdle,
    /** Locks every session, as when the operating system locks or sleeps. Running jobs go on. */
    lockAll() {
      for (const session of desk.all()) desk.lock(session.connection, 'system');
    },
    closeConnection: (connection: string) => desk.end(connection, 'closed'),
  };
}

export type Identity = ReturnType<typeof createIdentity>;
