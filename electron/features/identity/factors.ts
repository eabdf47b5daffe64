import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { HOTP, Secret, TOTP } from 'otpauth';
import { renderSVG } from 'uqr';
import { BenchError } from '../../../shared/errors.ts';
import type { Authentication } from '../../../shared/events.ts';
import type { OperatorId } from '../../../shared/ids.ts';
import type { FactorOffer } from '../../../shared/me.ts';
import type { Database, Tx } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Journal } from '../journal/journal.ts';
import { type Subjects, subjectOf } from '../journal/subjects.ts';
import type { IdentityStore, OperatorRow } from './identity.store.ts';
import type { Digest } from './identity-key.ts';
import { newCode, plainCode } from './one-time.ts';

const stepSeconds = 30;
/** How far a clock is looked for that is off, in steps: twelve hours either way. */
const searchSteps = 12 * 120;
const recoveryCount = 10;

export type FactorsDeps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  store: IdentityStore;
  digest: Digest;
  random: Random;
  /** The wall clock as it is: an authenticator goes by the time of day. */
  wall: Clock;
};

/** Second factors: TOTP (RFC 6238), sealed under the person's own key, and ten one-time recovery codes. */
export function createFactors(deps: FactorsDeps) {
  const { database, journal, subjects, store, digest, random, wall } = deps;
  const counterNow = () => Math.floor(wall.now() / 1_000 / stepSeconds);
  const keyOf = (id: OperatorId) => {
    const dek = subjects.dekOf(subjectOf(id));
    return Buffer.from(hkdfSync('sha256', dek, new Uint8Array(), 'bench/v1/totp', 32));
  };
  const seal = (id: OperatorId, secret: Uint8Array): Buffer => {
    const iv = random.bytes(12);
    const cipher = createCipheriv('aes-256-gcm', keyOf(id), iv).setAAD(Buffer.from(id));
    return Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
  };
  const open = (id: OperatorId, sealed: Buffer): Secret => {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(id), sealed.subarray(0, 12)).setAAD(Buffer.from(id));
    decipher.setAuthTag(sealed.subarray(-16));
    const bytes = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
    return Secret.fromHex(bytes.toString('hex'));
  };

  /** Steps from now to the step that the code belongs to; null when it is of none near. */
  const stepOf = (secret: Secret, code: string, window: number) =>
    HOTP.validate({ token: code, secret, counter: counterNow(), window });

  const useTotp = (row: OperatorRow, secret: Secret, code: string) => {
    const step = stepOf(secret, code, 1);
    if (step !== null) {
      const counter = counterNow() + step;
      if (counter <= row.totpCounter) {
        throw new BenchError('code_refused', 'This code was used already. Wait for the next one.');
      }
      return counter;
    }
    const far = stepOf(secret, code, searchSteps);
    if (far === null) throw new BenchError('code_refused', 'The code is wrong. Take the one that is shown now.');
    const minutes = Math.round((Math.abs(far) * stepSeconds) / 60);
    throw new BenchError(
      'code_refused',
      `The clocks of bench and authenticator are ${minutes} minutes apart. Use a recovery code and have the clock set.`,
    );
  };

  const makeRecoveryCodes = (tx: Tx, id: OperatorId): string[] => {
    const codes = Array.from({ length: recoveryCount }, () => newCode(random));
    store.replaceRecoveryCodes(
      tx,
      id,
      codes.map(code => digest('recovery', `${id}\n${plainCode(code)}`)),
    );
    journal.append(tx, { type: 'operator.recovery_codes_made', actor: id, data: { operator: id } });
    return codes;
  };

  return {
    makeRecoveryCodes,
    /** The secret of the second factor, hexadecimal; null for none. */
    secretOf: ({ id, totp }: OperatorRow): string | null =>
      totp === null ? null : Buffer.from(open(id, totp).bytes).toString('hex'),
    /** Takes over a factor that was set up at another bench. Recovery codes stay where they were made. */
    adopt(tx: Tx, id: OperatorId, secret: string | null) {
      const totp = secret === null ? null : seal(id, Buffer.from(secret, 'hex'));
      store.change(tx, id, { totp, totp_pending: null, totp_counter: 0 });
      store.replaceRecoveryCodes(tx, id, []);
    },
    /** Checks a code and uses it up; throws `code_refused`. */
    use(row: OperatorRow, code: string): Authentication {
      const { id, totp } = row;
      if (totp === null) return 'password';
      if (/^\d{6}$/.test(code)) {
        const counter = useTotp(row, open(id, totp), code);
        database.write(tx => store.change(tx, id, { totp_counter: counter }));
        return 'password+totp';
      }
      const used = database.write(tx => {
        if (!store.takeRecoveryCode(tx, id, digest('recovery', `${id}\n${plainCode(code)}`))) return false;
        const left = store.recoveryCodes(id);
        journal.append(tx, { type: 'operator.recovery_code_used', actor: id, data: { operator: id, left } });
        return true;
      });
      if (!used) throw new BenchError('code_refused', 'This recovery code is wrong or was used already.');
      return 'password+recovery_code';
    },
    /** A new secret; nothing changes before one of its codes is confirmed. */
    offer(row: OperatorRow, account: { issuer: string; label: string }): FactorOffer {
      const secret = Secret.fromHex(random.bytes(20).toString('hex'));
      database.write(tx => store.change(tx, row.id, { totp_pending: seal(row.id, secret.bytes) }));
      const uri = new TOTP({ ...account, secret, algorithm: 'SHA1', digits: 6, period: stepSeconds }).toString();
      return { secret: secret.base32, uri, qrSvg: renderSVG(uri, { ecc: 'M', border: 2 }) };
    },
    /** Takes the offered secret into use once a code of it is right; answers ten recovery codes. */
    confirm(row: OperatorRow, code: string): string[] {
      if (row.totpPending === null) throw new BenchError('conflict', 'Begin with a new picture code.');
      const secret = open(row.id, row.totpPending);
      // Another secret has no codes that were used, whatever the counter of the old one is.
      const counter = useTotp({ ...row, totpCounter: 0 }, secret, code);
      return database.write(tx => {
        store.change(tx, row.id, { totp: row.totpPending, totp_pending: null, totp_counter: counter });
        journal.append(tx, { type: 'operator.factor_set', actor: row.id, data: { operator: row.id } });
        return makeRecoveryCodes(tx, row.id);
      });
    },
    remove(tx: Tx, id: OperatorId, by: OperatorId) {
      store.change(tx, id, { totp: null, totp_pending: null });
      store.replaceRecoveryCodes(tx, id, []);
      journal.append(tx, { type: 'operator.factor_removed', actor: by, data: { operator: id } });
    },
  };
}

export type Factors = ReturnType<typeof createFactors>;
