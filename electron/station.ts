import type { Reply } from '../shared/contract.ts';
import { createBackupParts } from './backup-parts.ts';
import type { Database } from './database/database.ts';
import type { Clock } from './drivers/clock/clock.ts';
import { createChecklists } from './features/checklists/checklists.ts';
import { createDevices } from './features/devices/devices.ts';
import { createHealth } from './features/health/health.ts';
import { createIdentity } from './features/identity/identity.ts';
import { createJobs } from './features/jobs/jobs.ts';
import { createSampling } from './features/jobs/sampling.ts';
import { exportJournal } from './features/journal/export-journal.ts';
import type { Journal } from './features/journal/journal.ts';
import { createJournalHandlers } from './features/journal/journal-handlers.ts';
import { createSync } from './features/sync/sync.ts';
import { trustOf } from './features/sync/trust.ts';
import { createTraining } from './features/training/training.ts';
import type { Handlers } from './handlers.ts';
import { createKeyParts } from './key-parts.ts';
import { createPaperParts } from './paper-parts.ts';
import { createPrivacyParts } from './privacy-parts.ts';
import { createPublisher } from './publisher.ts';
import { recoverCopy } from './recover-copy.ts';
import { createReviewParts } from './review-parts.ts';
import { createRouter, type RouterDeps } from './router.ts';
import { createStationCentral } from './station-central.ts';
import { type Drivers, openStationParts, type StationConfig } from './station-parts.ts';
import { coalesce, every, notifying, steady, unattended } from './timing.ts';
import { createWorkParts } from './work-parts.ts';

export type { Drivers, StationConfig } from './station-parts.ts';

export type Station = {
  /** Calls a method of the contract for one connection; never rejects. */
  call(connection: string, name: string, input: unknown): Promise<Reply>;
  /** Calls back with every event that the connection's session may see; returns what stops it. */
  subscribe(connection: string, listener: (event: string, payload: unknown) => void): () => void;
  /** The window or page is gone: its session ends. */
  closeConnection(connection: string): void;
  /** Locks every session, as when the system locks or sleeps. */
  lockAll(): void;
  /** Writes the whole journal as a folder that outsiders can verify; throws `bad_input` or `data_folder_unusable`. */
  exportJournal(folder: string): void;
  /** Ends all work, signs the last checkpoint and gives the data folder back. */
  close(): Promise<void>;
};

/** Composition root: the only place that knows every part. Rejects with BenchErrors that say what to do. */
export async function createStation(given: Drivers, config: StationConfig): Promise<Station> {
  const { clock, random, keystore, picea } = given;
  const { log, training, appVersion } = config;
  const startedAt = clock.now();
  const lasting = steady(clock);
  const parts = await openStationParts(given, config);
  const drivers = { ...given, central: createStationCentral(given, parts) };
  const { settings, subjects, journal, blobs, files, highWater, stationKeys, isOlderCopy } = parts;
  const publisher = createPublisher({ sessionOf: connection => identity.sessionOf(connection) });
  const { publish, publishTo } = publisher;
  const database = notifying(parts.database, () => changed.soon());
  const changed = coalesce(clock, () => {
    publish('journal.changed', journal.status());
    sync.nudge();
  });
  const base = { database, journal, subjects, settings, blobs, files, clock, random, publish };

  const accounts = { digest: parts.identityDigest, policy: config.policy.identity };
  const told = { publishTo, training, appVersion, log };
  const identity = createIdentity({ ...base, ...accounts, ...told, clock: lasting, wall: clock });
  const checklists = createChecklists(base);
  const jobs = createJobs({
    ...base,
    policy: config.policy.job,
    ticketFloor: () => highWater.marks().ticket,
    onTicket: ticket => highWater.raise({ ticket, ...anchorOf(journal) }),
    useApproval: (tx, id) => approvals.markUsed(tx, id),
    approvalTime: id => approvals.timeFor(id),
    isSamePerson: identity.isSamePerson,
    checklistFor: checklists.current,
    onOpened: (tx, job, by) => papers.customers.receive(tx, job, by),
    devices: {
      identityOf: id => devices.identityOf(id),
      isReady: id => devices.isReady(id),
      refresh: id => devices.refresh(id),
    },
  });
  const devices = createDevices({ ...base, adapters: drivers.adapters, jobs, log });
  const sampling = createSampling({ settings, journal, random });
  const work = createWorkParts({
    ...base,
    jobs,
    picea,
    sampling,
    policy: config.policy.erase,
    claim: devices.claim,
    isHeld: id => fleet.privacy.isHeld(id),
    log,
  });
  const { evidence, approvals, ...review } = createReviewParts({
    ...base,
    lasting,
    jobs,
    identity,
    printTable: table => papers.printTable(table),
  });
  const sync = createSync({ ...parts, ...base, central: drivers.central, onIdle: () => fleet.onSynced(), log });
  const papers = createPaperParts({
    ...base,
    drivers,
    config,
    identity,
    jobs,
    devices,
    isHeld: id => fleet.privacy.isHeld(id),
    evidenceOf: evidence.ofJob,
    isWhole: evidence.isWhole,
    thumbnailOf: evidence.pictureOf,
    reportFloor: () => highWater.marks().report,
    witness: () => sync.attempt(3_000),
    onNumber: report => highWater.raise({ report, ...anchorOf(journal) }),
  });
  const fleet = createPrivacyParts({
    ...base,
    stationKeys,
    ...drivers,
    ...config,
    identity,
    checklists,
    jobs,
    filesOf: device => jobs.ofDevice(device).flatMap(id => [...evidence.filesOf(id), ...papers.filesOf(id)]),
    restored: isOlderCopy,
    onSent: () => publish('sync.changed', sync.status()),
  });
  const keys = createKeyParts(parts, { ...drivers, database });
  const backup = createBackupParts({ ...base, parts, drivers, config });
  const health = createHealth({
    ...given,
    version: appVersion,
    startedAt,
    training,
    now: clock.now,
    journal: journal.status,
    sync: sync.status,
    keystore: keystore.strength,
    keys: keys.ages,
    restored: isOlderCopy,
    missedOrders: fleet.missedOrders,
    further: () => [...backup.warnings(), ...fleet.warnings(), ...papers.warnings()],
    certificate: papers.certificate,
  });

  const handlers: Handlers = {
    ...identity.handlers,
    ...devices.handlers,
    ...jobs.handlers,
    ...checklists.handlers,
    ...work.handlers,
    ...review.handlers,
    ...createJournalHandlers({ journal, nameOf: identity.nameOf }),
    ...sync.handlers,
    ...papers.handlers,
    ...fleet.handlers,
    ...keys.handlers,
    ...backup.handlers,
    ...health,
    ...createTraining(drivers.training),
  };
  const router = createRouter({
    handlers,
    sessionOf: identity.sessionOf,
    touch: identity.touch,
    now: lasting.now,
    newTraceId: random.uuid,
    log,
    onRefused: recordingRefusals(database, journal),
  });

  // In this order: what the last run left unfinished is settled before anything new can happen.
  try {
    await recoverCopy({ ...base, identity, central: drivers.central, log }, isOlderCopy ? highWater.marks() : null);
    await fleet.start();
    work.interruptUnfinished('restart');
    papers.resume();
    approvals.expireDue();
    recordStart(database, journal, appVersion);
  } catch (error) {
    await fleet.close();
    changed.stop();
    parts.close();
    throw error;
  }
  const stopSweeps = startSweeps(clock, log, { identity, approvals, work });
  devices.start();
  backup.start();

  return {
    call: router.call,
    subscribe: publisher.subscribe,
    closeConnection: identity.closeConnection,
    lockAll: identity.lockAll,
    exportJournal: folder => void exportJournal(journal, trustOf(settings), folder),
    async close() {
      for (const stop of stopSweeps) stop();
      changed.stop();
      try {
        await papers.close();
        await work.close();
        await devices.close();
        await fleet.close();
        await sync.close();
        await Promise.all([picea.close(), drivers.worker.close(), backup.close()]);
        parts.database.write(tx => journal.append(tx, { type: 'station.stopped', data: {} }));
        if (journal.signing.canSign()) journal.checkpoint();
        await highWater.raise(anchorOf(journal));
      } finally {
        changed.stop();
        parts.close();
      }
    },
  };
}

/** Each refusal becomes an entry, in the name of whoever was refused. */
function recordingRefusals(database: Database, journal: Journal): RouterDeps['onRefused'] {
  return ({ method, code, operatorId, job }) => {
    const actor = operatorId ?? undefined;
    database.write(tx => journal.append(tx, { type: 'access.refused', actor, job, data: { method, code } }));
  };
}

function recordStart(database: Database, journal: Journal, appVersion: string): void {
  const data = { appVersion, node: process.version, platform: `${process.platform}-${process.arch}` };
  database.write(tx => journal.append(tx, { type: 'station.started', data }));
}

/** How far the journal is durable: kept outside the data with every number that is given out. */
function anchorOf(journal: Journal) {
  return { logSize: journal.end(), logRoot: journal.status().root };
}

type Swept = {
  identity: { lockIdle(): void };
  approvals: { expireDue(): void };
  work: { interruptUnfinished(cause: 'not_stored'): void };
};

/** What comes due without anybody calling; answers what stops each. */
function startSweeps(clock: Clock, log: StationConfig['log'], { identity, approvals, work }: Swept): (() => void)[] {
  return [
    every(clock, 15_000, unattended(log, 'session.not_locked', identity.lockIdle)),
    every(clock, 60_000, unattended(log, 'approvals.not_expired', approvals.expireDue)),
    every(
      clock,
      60_000,
      unattended(log, 'erase.not_recorded', () => work.interruptUnfinished('not_stored')),
    ),
  ];
}
