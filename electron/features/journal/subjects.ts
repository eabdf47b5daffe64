import { createHmac } from 'node:crypto';
import { BenchError } from '../../../shared/errors.ts';
import type { Database } from '../../database/database.ts';
import { keyQuery } from '../../database/query.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import { createKeyCabinet } from './key-cabinet.store.ts';
import { unwrapKey, type WrappingKey, wrapKey } from './wrapping-key.ts';

/** Bare UUID of somebody or something whose data can be forgotten: the part after `op_` or `dv_`. */
export type Subject = string;

/** The subject behind an operator or device id. */
export function subjectOf(id: string): Subject {
  return id.slice(3);
}

const keyAway =
  'The key of this data is in escrow at the server, because this bench heard nothing of it for long. It is fetched as soon as there is a connection: try again in a moment.';

const otherKeys =
  'The subject keys were wrapped under another key: the key database is an older copy. Put the newest one back.';

/**
 * Keys of subjects, each in a row of its own, wrapped under the wrapping key. A forgotten subject has no key: `dek` is
 * null from then on and its data is gone wherever copies of the ciphertext remain.
 */
export function createSubjects(deps: { keys: Database; wrapping: WrappingKey; random: Random; clock: Clock }) {
  const { keys, wrapping, random, clock } = deps;

  const wrap = (wrappingKey: Buffer, subject: Subject, dek: Buffer) =>
    wrapKey(wrappingKey, subject, dek, random.bytes(12));
  const unwrap = (wrappingKey: Buffer, subject: Subject, wrapped: Buffer) => {
    try {
      return unwrapKey(wrappingKey, subject, wrapped);
    } catch (cause) {
      throw new BenchError('database_key_wrong', otherKeys, { cause });
    }
  };
  const rows = keyQuery.selectFrom('subject_key').select(['subject', 'wrapped']);
  const cabinet = createKeyCabinet(keys, clock);
  const wanted = new Set<Subject>();
  let onWanted = () => {};
  /** While a restored bench has not heard what was forgotten meanwhile: the only subjects that are open. */
  let open: ((subject: Subject) => boolean) | null = null;
  const made = new Set<Subject>();

  /** Somebody asked for it: a key that is away is to be fetched. */
  const want = (subject: Subject) => {
    if (wanted.has(subject) || !cabinet.isAway(subject)) return;
    wanted.add(subject);
    onWanted();
  };
  const dek = (subject: Subject): Buffer | null => {
    if (open && !open(subject) && !made.has(subject)) return null;
    const row = keys.read.get(rows.where('subject', '=', subject));
    return row ? unwrap(wrapping.key(), subject, row.wrapped) : null;
  };

  const dekOf = (subject: Subject): Buffer => {
    const key = dek(subject);
    want(subject);
    if (!key && cabinet.has(subject)) throw new BenchError('server_unreachable', keyAway);
    if (!key) throw new BenchError('not_found', 'The personal data of this subject was erased.');
    return key;
  };

  const ensure = (subject: Subject) => {
    if (cabinet.has(subject)) return;
    made.add(subject);
    const row = {
      subject,
      wrapped: wrap(wrapping.key(), subject, random.bytes(32)),
      created_at: new Date(clock.now()).toISOString(),
    };
    keys.write(tx => tx.run(keyQuery.insertInto('subject_key').values(row)));
  };

  return {
    ...cabinet,
    dek,
    want,
    /** Subjects whose key was asked for while it was away. */
    wanted: (): Subject[] => [...wanted].filter(cabinet.isAway),
    /** Calls back whenever a key is asked for that is away. */
    whenWanted(listener: () => void) {
      onWanted = listener;
    },
    /** Opens nothing but what `isOpen` allows and what is new, until `openAll`. */
    openOnly(isOpen: (subject: Subject) => boolean) {
      open = isOpen;
    },
    openAll() {
      open = null;
    },
    /** Their keys are to be asked for in escrow, where they are not here: entries of theirs came back without them. */
    seek: (subjects: readonly Subject[]) => cabinet.seek(cabinet.missingOf(subjects)),
    /** A key that comes back from escrow. */
    takeBack(subject: Subject, key: Buffer): void {
      const row = { subject, wrapped: wrap(wrapping.key(), subject, key), escrowed: 1 };
      cabinet.putBack({ ...row, created_at: new Date(clock.now()).toISOString() });
      wanted.delete(subject);
    },
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
    /** Writes every remaining key anew under a new wrapping key and drops the old one. */
    async rewrapAll(): Promise<void> {
      await wrapping.replace((from, to) => {
        keys.write(tx => {
          for (const { subject, wrapped } of tx.all(rows)) {
            const again = wrap(to, subject, unwrap(from, subject, wrapped));
            tx.run(keyQuery.updateTable('subject_key').set({ wrapped: again }).where('subject', '=', subject));
          }
        });
      });
      keys.purge();
    },
    /** Keyed digest of an identifier: comparable within one subject, meaningless without its key. */
    tag(subject: Subject, text: string): string {
      return createHmac('sha256', dekOf(subject)).update(`bench/v1/identity-tag\n${text}`).digest('base64url');
    },
  };
}

export type Subjects = ReturnType<typeof createSubjects>;
