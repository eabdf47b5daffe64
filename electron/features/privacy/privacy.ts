import { BenchError } from '../../../shared/errors.ts';
import { DeviceId, OperatorId } from '../../../shared/ids.ts';
import type { ForgetPreview, LegalHold, privacyMethods, SubjectId } from '../../../shared/privacy.ts';
import type { Blobs } from '../../database/blobs.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import { type Subjects, subjectOf } from '../journal/subjects.ts';
import { createPrivacyStore } from './privacy.store.ts';

export type PrivacyDeps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  blobs: Blobs;
  clock: Clock;
  /** Hashes of every encrypted file that belongs to a device. */
  filesOf(device: DeviceId): string[];
  hasOpenJob(device: DeviceId): boolean;
  /** Null when there is no such person. */
  isActive(operator: OperatorId): boolean | null;
};

/** Forgetting people and devices without touching a proof: their keys go, their entries stay. */
export function createPrivacy(deps: PrivacyDeps) {
  const { database, journal, subjects, blobs, clock } = deps;
  const store = createPrivacyStore(database.read);

  const filesOf = (subject: SubjectId) => (isDevice(subject) ? deps.filesOf(subject) : []);
  const known = (subject: SubjectId) => {
    const bare = subjectOf(subject);
    if (subjects.dek(bare) === null && store.forgottenAt(bare) === null) {
      throw new BenchError('not_found', 'The bench keeps nothing about this subject.');
    }
    return bare;
  };

  const obstacles = (subject: SubjectId): string[] => {
    const hold = store.hold(subjectOf(subject)) !== undefined;
    const open = isDevice(subject) && deps.hasOpenJob(subject);
    const active = !isDevice(subject) && deps.isActive(subject) === true;
    const found = [
      hold && 'A legal hold forbids it until it is released.',
      open && 'A job of this device is open. Finish or fail it first.',
      active && 'This person can still sign in. Deactivate them first.',
    ];
    return found.filter(line => line !== false);
  };

  const preview = (subject: SubjectId): ForgetPreview => {
    const bare = known(subject);
    return {
      subject,
      sealedValues: store.sealedValues(bare),
      files: filesOf(subject).filter(blobs.has).length,
      obstacles: obstacles(subject),
      forgottenAt: store.forgottenAt(bare),
    };
  };

  const forget = async (subject: SubjectId, by: OperatorId): Promise<ForgetPreview> => {
    const { sealedValues, files, obstacles: against, forgottenAt } = preview(subject);
    if (forgottenAt !== null) return preview(subject);
    if (against.length > 0) {
      const held = store.hold(subjectOf(subject)) !== undefined;
      throw new BenchError(held ? 'legal_hold' : 'conflict', against.join(' '));
    }
    const bare = subjectOf(subject);
    const doomed = filesOf(subject);
    database.write(tx => {
      const data = { subject: bare, sealedValues, files };
      const idx = journal.append(tx, { type: 'subject.forgotten', actor: by, data });
      store.forget(tx, { subject: bare, at: new Date(clock.now()).toISOString(), idx });
      if (!isDevice(subject)) store.clearOperator(tx, subject);
    });
    // After the record is durable: what a crash leaves undone here is done at the next start.
    await shred(bare);
    for (const sha256 of doomed) blobs.remove(sha256);
    database.purge();
    return preview(subject);
  };

  /** The key goes, and with the new wrapping key every copy of it that was ever made. */
  const shred = async (bare: string) => {
    if (subjects.dek(bare) === null) return;
    subjects.drop(bare);
    await subjects.rewrapAll();
  };

  const hold = (subject: SubjectId, reason: string, by: OperatorId): LegalHold => {
    const bare = known(subject);
    if (subjects.dek(bare) === null) throw new BenchError('conflict', 'This subject was forgotten already.');
    if (store.hold(bare)) throw new BenchError('conflict', 'There is a legal hold on this subject already.');
    const since = new Date(clock.now()).toISOString();
    database.write(tx => {
      const pii = { text: { subject: bare, value: { reason } } };
      const idx = journal.append(tx, { type: 'subject.held', actor: by, data: { subject: bare }, pii });
      store.insertHold(tx, { subject: bare, since, idx });
    });
    return { subject, since, reason };
  };

  const releaseHold = (subject: SubjectId, by: OperatorId): null => {
    const bare = subjectOf(subject);
    if (!store.hold(bare)) throw new BenchError('not_found', 'There is no legal hold on this subject.');
    database.write(tx => {
      store.deleteHold(tx, bare);
      journal.append(tx, { type: 'subject.hold_released', actor: by, data: { subject: bare } });
    });
    return null;
  };

  const holds = (): LegalHold[] =>
    store.holds().map(({ subject, since, idx }) => ({
      subject:
        deps.isActive(OperatorId.parse(`op_${subject}`)) === null
          ? DeviceId.parse(`dv_${subject}`)
          : OperatorId.parse(`op_${subject}`),
      since,
      reason: journal.open('subject.held', idx, 'text')?.reason ?? null,
    }));

  const handlers = {
    'privacy.preview': ({ subject }) => preview(subject),
    'privacy.forget': ({ subject }, caller) => forget(subject, caller.operatorId),
    'privacy.hold': ({ subject, reason }, caller) => hold(subject, reason, caller.operatorId),
    'privacy.release_hold': ({ subject }, caller) => releaseHold(subject, caller.operatorId),
    'privacy.holds': () => holds(),
  } satisfies Pick<Handlers, keyof typeof privacyMethods>;

  return {
    handlers,
    isHeld: (device: DeviceId) => store.hold(subjectOf(device)) !== undefined,
    /** Before anything else after a start: what was recorded as forgotten is forgotten, also in a copy that came back. */
    async finishForgetting(): Promise<void> {
      for (const subject of store.forgottenSubjects()) await shred(subject);
    },
    /** Throws `database_key_wrong` when keys are gone that nobody asked to forget: the key database is an older copy. */
    assertNothingLost(): void {
      const lost = subjects.missingOf(store.subjects()).length;
      if (lost > 0) throw new BenchError('database_key_wrong', keysLost(lost));
    },
  };
}

export type Privacy = ReturnType<typeof createPrivacy>;

function keysLost(count: number): string {
  return `The keys of ${count} people or devices are missing, and nobody asked to forget them: keys.db is missing or an older copy. Put the newest one back.`;
}

function isDevice(subject: SubjectId): subject is DeviceId {
  return subject.startsWith('dv_');
}
