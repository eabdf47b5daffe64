import { DeviceId, OperatorId } from '../../../shared/ids.ts';
import type { SubjectId } from '../../../shared/privacy.ts';
import type { Blobs } from '../../database/blobs.ts';
import type { Database, Tx } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Journal } from '../journal/journal.ts';
import { type Subjects, subjectOf } from '../journal/subjects.ts';
import { createPrivacyStore } from './privacy.store.ts';

export type ForgettingDeps = {
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

type Cause = { by?: OperatorId; order?: number; alongside?(tx: Tx): void };

/** Takes a subject out of this bench: the key, the sealed values, the files, the password hash. Entries and proofs stay. */
export function createForgetting(deps: ForgettingDeps) {
  const { database, journal, subjects, blobs, clock } = deps;
  const store = createPrivacyStore(database.read);
  const busy = new Set<string>();

  const filesOf = (subject: SubjectId) => (isDevice(subject) ? deps.filesOf(subject) : []);

  /** The key goes, and with the new wrapping key every copy of it that was ever made. */
  const shred = async (bare: string) => {
    if (!subjects.has(bare)) return;
    subjects.drop(bare);
    await subjects.rewrapAll();
  };

  const destroy = async (subject: SubjectId, { by, order, alongside }: Cause) => {
    const bare = subjectOf(subject);
    const doomed = filesOf(subject);
    database.write(tx => {
      const files = doomed.filter(blobs.has).length;
      const counts = { subject: bare, sealedValues: store.sealedValues(bare), files };
      const data = order === undefined ? counts : { ...counts, order };
      const idx = journal.append(tx, { type: 'subject.forgotten', actor: by, data });
      store.forget(tx, { subject: bare, at: new Date(clock.now()).toISOString(), idx });
      if (isOperator(subject)) store.clearOperator(tx, subject);
      alongside?.(tx);
    });
    // After the record is durable: what a crash leaves undone here is done at the next start.
    await shred(bare);
    for (const sha256 of doomed) blobs.remove(sha256);
    database.purge();
  };

  return {
    store,
    filesOf,
    /** The subject behind a bare id: a person of this bench, else a device. */
    idOf: (bare: string): SubjectId =>
      deps.isActive(OperatorId.parse(`op_${bare}`)) === null
        ? DeviceId.parse(`dv_${bare}`)
        : OperatorId.parse(`op_${bare}`),
    isHeld: (subject: SubjectId) => store.hold(subjectOf(subject)) !== undefined,
    hasOpenJob: (subject: SubjectId) => isDevice(subject) && deps.hasOpenJob(subject),
    canSignIn: (subject: SubjectId) => isOperator(subject) && deps.isActive(subject) === true,
    /** Being forgotten just now: the record is durable, the rest is not. */
    isBusy: (bare: string) => busy.has(bare),
    /** Records it, then destroys; resolves when nothing is left. The caller has looked for what stands against it. */
    async carryOut(subject: SubjectId, cause: Cause): Promise<void> {
      busy.add(subjectOf(subject));
      try {
        await destroy(subject, cause);
      } finally {
        busy.delete(subjectOf(subject));
      }
    },
    /** Before anything else after a start: what was recorded as forgotten is forgotten, also in a copy that came back. */
    async finish(): Promise<void> {
      for (const subject of store.forgottenSubjects()) await shred(subject);
    },
  };
}

export type Forgetting = ReturnType<typeof createForgetting>;

export const isOperator = (subject: SubjectId): subject is OperatorId => subject.startsWith('op_');

export function isDevice(subject: SubjectId): subject is DeviceId {
  return subject.startsWith('dv_');
}
