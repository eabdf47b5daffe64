import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { BenchError } from '../../../shared/errors.ts';
import type { Database } from '../../database/database.ts';
import { keyQuery } from '../../database/query.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';

/** Bare UUID of somebody or something whose data can be forgotten: the part after `op_` or `dv_`. */
export type Subject = string;

/** The subject behind an operator or device id. */
export function subjectOf(id: string): Subject {
  return id.slice(3);
}

/**
 * Keys of subjects, each in a row of its own, wrapped under the wrapping key. A forgotten subject has no key: `dek` is
 * null from then on and its data is gone wherever copies of the ciphertext remain.
 */
export function createSubjects(deps: { keys: Database; wrappingKey: Buffer; random: Random; clock: Clock }) {
  const { keys, wrappingKey, random, clock } = deps;

  const wrap = (subject: Subject, dek: Buffer) => {
    const iv = random.bytes(12);
    const cipher = createCipheriv('aes-256-gcm', wrappingKey, iv).setAAD(Buffer.from(subject));
    return Buffer.concat([iv, cipher.update(dek), cipher.final(), cipher.getAuthTag()]);
  };
  const unwrap = (subject: Subject, wrapped: Buffer) => {
    const decipher = createDecipheriv('aes-256-gcm', wrappingKey, wrapped.subarray(0, 12))
      .setAAD(Buffer.from(subject))
      .setAuthTag(wrapped.subarray(-16));
    return Buffer.concat([decipher.update(wrapped.subarray(12, -16)), decipher.final()]);
  };
  const dek = (subject: Subject): Buffer | null => {
    const row = keys.read.get(keyQuery.selectFrom('subject_key').select('wrapped').where('subject', '=', subject));
    return row ? unwrap(subject, row.wrapped) : null;
  };

  const dekOf = (subject: Subject): Buffer => {
    const key = dek(subject);
    if (!key) throw new BenchError('not_found', 'The personal data of this subject was erased.');
    return key;
  };

  const ensure = (subject: Subject) => {
    if (dek(subject)) return;
    const row = { subject, wrapped: wrap(subject, random.bytes(32)), created_at: new Date(clock.now()).toISOString() };
    keys.write(tx => tx.run(keyQuery.insertInto('subject_key').values(row)));
  };

  return {
    dek,
    /** The key of a subject that must still exist. */
    dekOf,
    /** An id for something that has no data yet. */
    newId: () => random.uuid(),
    /** Makes a durable key for the subject unless it has one. */
    ensure,
    /** Makes a subject with a durable key and returns its id. */
    create(): Subject {
      const subject = random.uuid();
      ensure(subject);
      return subject;
    },
    /** Keyed digest of an identifier: comparable within one subject, meaningless without its key. */
    tag(subject: Subject, text: string): string {
      return createHmac('sha256', dekOf(subject)).update(`bench/v1/identity-tag\n${text}`).digest('base64url');
    },
  };
}

export type Subjects = ReturnType<typeof createSubjects>;
