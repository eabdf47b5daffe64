import { BenchError } from '../../../shared/errors.ts';
import type { Authentication } from '../../../shared/events.ts';
import type { Proof } from '../../../shared/identity.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Attempts, Target } from './attempts.ts';
import type { Factors } from './factors.ts';
import type { IdentityStore, OperatorRow } from './identity.store.ts';
import type { Digest } from './identity-key.ts';
import { foldName } from './name-fold.ts';
import { plainCode } from './one-time.ts';
import type { Operators } from './operators.ts';
import type { PasswordRules } from './password-rules.ts';
import type { Passwords } from './passwords.ts';

const passwordTries = 10;
const pinTries = 5;

export type AuthenticationDeps = {
  database: Database;
  store: IdentityStore;
  operators: Operators;
  attempts: Attempts;
  factors: Factors;
  passwords: Passwords;
  assertGood: PasswordRules;
  digest: Digest;
  clock: Clock;
  random: Random;
};

type Terms = {
  /** The password alone will do where no code is given. */
  withoutFactor: boolean;
  /** Throws when the caller lost their session while the password was being checked. */
  meanwhile(): void;
};

/** Who somebody is. Every failure is counted, recorded and answered alike, whether or not the name is anybody's. */
export function createAuthentication(deps: AuthenticationDeps) {
  const { database, store, operators, attempts, factors, passwords, digest } = deps;
  // Verified against when there is no password, so that the answer takes as long.
  const decoy = passwords.hash(deps.random.bytes(32).toString('base64'));

  const nameTarget = (name: string): Target => {
    const operator = operators.named(name)?.id ?? null;
    return { key: digest('name', foldName(name)), operator, lockAfter: passwordTries };
  };
  const targetOf = (row: OperatorRow): Target => ({
    key: digest('name', foldName(operators.nameOf(row) ?? '')),
    operator: row.id,
    lockAfter: passwordTries,
  });
  const badgeTarget = (badge: string, operator: OperatorRow['id'] | null): Target => ({
    key: badge,
    operator,
    lockAfter: pinTries,
  });
  const badgeDigest = (badge: string) => digest('badge', badge.normalize('NFKC'));

  const fail = (target: Target, cause: 'credentials' | 'badge', message: string): never => {
    attempts.fail(target, cause);
    throw new BenchError('sign_in_failed', message);
  };

  const useFactor = (target: Target, row: OperatorRow, code: string): Authentication => {
    try {
      return factors.use(row, code);
    } catch (error) {
      attempts.fail(target, 'code');
      throw error;
    }
  };

  const prove = (target: Target, { password, code }: Proof, { withoutFactor, meanwhile }: Terms) =>
    attempts.inTurn(target, async () => {
      const known = target.operator === null ? undefined : operators.get(target.operator);
      const right = await passwords.check(known?.passwordHash || (await decoy), password);
      meanwhile();
      // Again, for whoever lost the account while the password was being checked.
      const row = known && operators.get(known.id);
      if (!row?.active || !right || row.passwordHash !== known?.passwordHash) {
        return fail(target, 'credentials', 'Name or password is wrong.');
      }
      let authentication: Authentication = 'password';
      if (row.totp !== null && (code !== undefined || !withoutFactor)) {
        if (code === undefined) throw new BenchError('code_needed', 'Give the code of your authenticator too.');
        authentication = useFactor(target, row, code);
      }
      const renewed = passwords.isOutdated(row.passwordHash) ? await passwords.hash(password) : null;
      const counted = attempts.of(target.key, target.lockAfter).failed > 0;
      if (!counted && renewed === null) return { row, authentication };
      database.write(tx => {
        attempts.clear(tx, target.key);
        if (renewed !== null && operators.get(row.id)?.passwordHash === row.passwordHash) {
          store.change(tx, row.id, { password_hash: renewed });
        }
      });
      return { row: operators.existing(row.id), authentication };
    });

  return {
    targetOf,
    badgeDigest,
    badgeTarget,
    passwordTries,
    signIn: ({ name, ...proof }: Proof & { name: string }) =>
      prove(nameTarget(name), proof, { withoutFactor: false, meanwhile: () => {} }),
    /** The same person once more. */
    again: (row: OperatorRow, proof: Proof, terms: Terms) => prove(targetOf(row), proof, terms),
    signInByBadge({ badge, pin }: { badge: string; pin: string }): Promise<OperatorRow> {
      const key = badgeDigest(badge);
      const known = store.byBadge(key);
      const target = badgeTarget(key, known?.id ?? null);
      return attempts.inTurn(target, async () => {
        const right = await passwords.check(known?.pinHash ?? (await decoy), pin);
        const row = known && operators.get(known.id);
        if (!row?.active || !right || row.pinHash !== known?.pinHash || row.role !== 'technician') {
          return fail(target, 'badge', 'Badge or PIN is wrong.');
        }
        database.write(tx => attempts.clear(tx, key));
        return row;
      });
    },
    /** Chooses a password by a one-time code; the code is good until a password is taken. */
    acceptInvitation({ name, code, password }: { name: string; code: string; password: string }): Promise<OperatorRow> {
      const target = nameTarget(name);
      return attempts.inTurn(target, async () => {
        const row = target.operator === null ? undefined : operators.get(target.operator);
        const given = digest('one-time', `${row?.id}\n${plainCode(code)}`);
        const open = row?.codeUntil != null && deps.clock.now() < Date.parse(row.codeUntil);
        if (!row || !open || row.codeHash !== given) {
          return fail(target, 'credentials', 'Name or code is wrong, or the code has expired.');
        }
        const hash = await this.chosenPassword(row, password);
        return database.write(tx => {
          if (operators.get(row.id)?.codeHash !== given)
            throw new BenchError('conflict', 'The code was used meanwhile.');
          attempts.clear(tx, target.key);
          return operators.setPassword(tx, row.id, hash, 'code');
        });
      });
    },
    /** Hash of a password that the person may choose; throws `password_refused`. */
    async chosenPassword(row: OperatorRow, password: string): Promise<string> {
      deps.assertGood(password, operators.nameOf(row) ?? '');
      for (const past of operators.pastPasswords(row.id)) {
        if (await passwords.check(past, password)) {
          throw new BenchError('password_refused', 'You used this password before. Choose one that is new.');
        }
      }
      return passwords.hash(password);
    },
  };
}

export type Authenticator = ReturnType<typeof createAuthentication>;
