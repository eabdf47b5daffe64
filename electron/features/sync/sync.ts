import { createHash } from 'node:crypto';
import { BenchError } from '../../../shared/errors.ts';
import type { SyncStatus, syncMethods } from '../../../shared/sync.ts';
import type { Database } from '../../database/database.ts';
import type { FilesStore } from '../../database/files.store.ts';
import type { BatchAnswer, Central } from '../../drivers/central/central.ts';
import { type Clock, sleep } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Handlers, Publish } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import type { StationKeys } from '../journal/station-keys.ts';
import type { Settings } from '../station/settings.ts';
import { askServer } from './ask-server.ts';
import { createBrokenLog } from './broken-log.ts';
import { introduceAgain } from './change-keys.ts';
import { judgeHead } from './dispute.ts';
import { enrolStation } from './enrol.ts';
import { createFleetProofs, isRevoked } from './fleet-proofs.ts';
import { type Batch, nextBatch } from './outbox.ts';
import { lastReceiptAt, recordReceipt } from './record-receipt.ts';

const mostEntries = 1_000;
const firstDelayMs = 1_000;
const longestDelayMs = 5 * 60_000;
const longestRetryAfterMs = 60 * 60_000;
const settleMs = 250;

export type SyncDeps = {
  database: Database;
  journal: Journal;
  settings: Settings;
  clock: Clock;
  random: Random;
  publish: Publish;
  stationKeys: StationKeys;
  /** A client for the server at this address. */
  central(url: string, pin?: string | null): Central;
  files: Pick<FilesStore, 'countWaiting'>;
  /** Everything is cosigned. */
  onIdle(): void;
  log(line: Record<string, unknown>): void;
};

const revokedWords =
  'This station was revoked: nothing it records is confirmed any more, and no report of it holds. Set it up anew.';

type State = {
  phase: SyncStatus['state'];
  lastAnswer: string | null;
  lastReceiptAt: string | null;
  nextAttemptAt: number | null;
  failures: number;
  /** Entries a batch may hold; halved when the server finds it too large or does not finish. */
  limit: number;
  /** Where to go on from when the server said that it has less than was acknowledged. */
  resumeAt: number | null;
  /** The size that the server last said it has; null once a batch from there was cosigned. */
  fellBackTo: number | null;
};

/** Sends the journal to the central server and keeps its receipts. Nothing is dropped; only a cosignature advances. */
export function createSync(deps: SyncDeps) {
  const { database, journal, settings, clock, random } = deps;
  const stopped = new AbortController();
  const oh = createHash('sha256').update(journal.origin).digest('hex');
  let state = firstState(journal, settings);
  let cancelTimer = () => {};
  let running: Promise<void> | null = null;

  const status = (): SyncStatus => {
    const { size, cosignedSize, notCosignedSince } = journal.status();
    return {
      state: state.phase,
      serverUrl: settings.get('server-url'),
      pendingEntries: size - cosignedSize,
      pendingSince: notCosignedSince,
      pendingFiles: deps.files.countWaiting(),
      lastReceiptAt: state.lastReceiptAt,
      newLog: brokenLog.state(),
      nextAttemptAt: state.nextAttemptAt === null ? null : new Date(state.nextAttemptAt).toISOString(),
      lastAnswer: state.lastAnswer,
    };
  };
  const brokenLog = createBrokenLog({ ...deps, isFrozen: () => state.phase === 'frozen' });
  const become = (change: Partial<State>) => {
    state = { ...state, ...change };
    deps.publish('sync.changed', status());
  };

  const schedule = (delayMs: number) => {
    cancelTimer();
    state = { ...state, nextAttemptAt: clock.now() + delayMs };
    cancelTimer = clock.after(delayMs, () => void drain());
  };
  const backOff = (words: string, atLeastMs: number | null) => {
    const ceiling = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(state.failures, 20));
    schedule(Math.max(atLeastMs ?? 0, random.integer(ceiling) + 1));
    become({ phase: 'waiting', failures: state.failures + 1, lastAnswer: words });
  };

  const from = () => state.resumeAt ?? journal.status().cosignedSize;

  /** Sends batch after batch until nothing waits or the server asks to stop. One at a time. */
  const drain = (): Promise<void> => {
    if (running) return running;
    if (state.phase === 'not_enrolled' || state.phase === 'frozen') return Promise.resolve();
    cancelTimer();
    running = sendAll()
      .catch(notRecorded)
      .finally(() => {
        running = null;
      });
    return running;
  };

  /** The disk takes nothing just now: what was sent is sent again later, and the server knows it already. */
  const notRecorded = (error: unknown) => {
    const code = error instanceof BenchError ? error.code : 'internal';
    deps.log({ level: 'error', event: 'sync.not_recorded', code });
    backOff(error instanceof BenchError ? error.message : 'The answer of the server could not be recorded.', null);
  };

  const sendAll = async () => {
    while (!stopped.signal.aborted && from() < journal.status().size) {
      become({ phase: 'sending', nextAttemptAt: null });
      const batch = nextBatch(journal, from(), state.limit);
      const answer = await send(batch);
      if (stopped.signal.aborted || !(await take(batch, answer))) return;
      await journal.signing.settle();
      await fleetProofs.refresh(oh, stopped.signal);
    }
    if (stopped.signal.aborted) return;
    await introduceAgain(deps, stopped.signal);
    become({ phase: 'idle', nextAttemptAt: null });
    deps.onIdle();
  };

  const ask = askServer(deps);
  const fleetProofs = createFleetProofs({ ...deps, ask });
  const send = (batch: Batch) => ask(central => central.putBatch(oh, batch.body, stopped.signal));

  /** What an answer means; true when the next batch may follow at once. */
  const take = async (batch: Batch, answer: BatchAnswer | BenchError): Promise<boolean> => {
    if (answer instanceof BenchError) {
      state = { ...state, limit: halved(state.limit) };
      backOff(answer.message, null);
      return false;
    }
    switch (answer.kind) {
      case 'cosigned':
        return acknowledge(batch, answer.lines);
      case 'size_conflict':
        return resume(batch, answer.size);
      case 'too_large':
        if (state.limit === 1) backOff('The server finds a single entry too large.', null);
        become({ limit: halved(state.limit), lastAnswer: 'The batch was too large; it goes on in smaller ones.' });
        return state.phase !== 'waiting';
      case 'busy':
        // Whatever answers may name any wait; none may silence a station for good.
        backOff('The server is busy and asks to wait.', Math.min(answer.retryAfterMs ?? 0, longestRetryAfterMs));
        return false;
      case 'disputed':
        await settle(answer.detail);
        return false;
      case 'frozen':
        freeze(answer.detail);
        return false;
      case 'refused':
        if (answer.status === 401 && deps.stationKeys.showFormer()) return true;
        if (answer.status === 403 && (await fleetProofs.isRevoked(oh, stopped.signal))) freeze(revokedWords);
        else backOff(`The server refused (${answer.status}): ${answer.detail}`, null);
        return false;
    }
  };

  const acknowledge = (batch: Batch, lines: string): boolean => {
    const receivedAt = recordReceipt(deps, { batch, lines, fellBackTo: state.fellBackTo });
    if (receivedAt === null) {
      backOff('The answer carries no valid signature of the server: it may come from something in between.', null);
      return false;
    }
    const limit = Math.min(mostEntries, state.limit * 2);
    const resumeAt = state.resumeAt === null || batch.to >= journal.status().cosignedSize ? null : batch.to;
    const progress = { failures: 0, lastReceiptAt: receivedAt, limit, resumeAt, fellBackTo: null };
    become({ ...progress, lastAnswer: 'Received and cosigned.' });
    deps.publish('journal.changed', journal.status());
    return true;
  };

  /** The server says that histories differ. It has to show a head that this station signed; else it is tried again. */
  const settle = async (detail: string): Promise<void> => {
    const witnessVkey = settings.get('witness-vkey') ?? '';
    const note = await ask(central => central.checkpoint(oh, stopped.signal));
    const verdict = note instanceof BenchError ? 'unproven' : judgeHead(journal, note, witnessVkey);
    if (verdict === 'older_copy')
      freeze('The server holds more than this station does, signed by it: the data are an older copy.');
    else if (verdict === 'fork') freeze(`The server holds another history that this station signed. ${detail}`);
    else backOff(`The server took the batch for changed: ${detail}`, null);
  };

  const resume = async (batch: Batch, serverSize: number): Promise<boolean> => {
    if (serverSize > journal.status().size) {
      await settle(`It says that it holds ${serverSize} entries.`);
      return false;
    }
    if (serverSize === batch.from) {
      backOff('The server contradicts itself about how much it holds.', null);
      return false;
    }
    become({
      resumeAt: serverSize,
      fellBackTo: serverSize,
      lastAnswer: `The server holds ${serverSize} entries; going on from there.`,
    });
    return true;
  };

  const freeze = (detail: string) => {
    database.write(tx => journal.append(tx, { type: 'sync.frozen', data: { detail } }));
    become({ phase: 'frozen', lastAnswer: detail, nextAttemptAt: null });
  };

  const enrol = async (serverUrl: string, code: string, pin: string | null): Promise<SyncStatus> => {
    if (state.phase !== 'not_enrolled') throw new BenchError('conflict', 'The station is enrolled already.');
    await enrolStation(deps, { serverUrl, code, pin, signal: stopped.signal });
    become({ phase: 'idle', lastAnswer: 'Enrolled.' });
    schedule(0);
    return status();
  };

  const handlers = {
    'sync.open_new_log': (_, { operatorId }) => {
      brokenLog.abandon(operatorId);
      become({});
      return status();
    },
    'sync.status': () => status(),
    'sync.enrol': ({ serverUrl, code, pin }) => enrol(serverUrl, code, pin ?? null),
    'sync.now': () => drain().then(status),
  } satisfies Pick<Handlers, keyof typeof syncMethods>;

  return {
    handlers,
    status,
    /** Tries to get everything cosigned within `limitMs`; gives up in silence, for the caller can do without. */
    async attempt(limitMs: number): Promise<void> {
      if (state.phase !== 'idle' && state.phase !== 'sending') return;
      const limit = new AbortController();
      await Promise.race([drain(), sleep(clock, limitMs, limit.signal).catch(() => {})]);
      limit.abort();
    },
    /** Something was appended: send it soon, unless a wait is under way. */
    nudge() {
      if (state.phase === 'idle' && from() < journal.status().size) schedule(settleMs);
    },
    async close() {
      stopped.abort(new BenchError('server_unreachable', 'The bench is closing.'));
      cancelTimer();
      await running;
    },
  };
}

function firstState(journal: Journal, settings: Settings): State {
  return {
    phase: firstPhase(settings),
    lastAnswer: isRevoked(settings) ? revokedWords : null,
    lastReceiptAt: lastReceiptAt(journal, settings),
    nextAttemptAt: null,
    failures: 0,
    limit: mostEntries,
    resumeAt: null,
    fellBackTo: null,
  };
}

function firstPhase(settings: Settings): State['phase'] {
  if (settings.get('server-url') === null || settings.get('log-enrolled') === '0') return 'not_enrolled';
  return isRevoked(settings) ? 'frozen' : 'idle';
}

function halved(limit: number): number {
  return Math.max(1, Math.floor(limit / 2));
}
