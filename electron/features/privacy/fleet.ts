import { BenchError } from '../../../shared/errors.ts';
import type { OperatorId } from '../../../shared/ids.ts';
import type { FleetForget } from '../../../shared/privacy.ts';
import type { Database, Tx } from '../../database/database.ts';
import type { ForgetState, PersonalDataServer } from '../../drivers/central/personal-data.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { Settings } from '../station/settings.ts';
import { createFleetStore } from './fleet.store.ts';
import { subjectOfOrder } from './fleet-order.ts';
import { type Forgetting, isOperator } from './forgetting.ts';

type Deps = {
  database: Database;
  journal: Journal;
  settings: Settings;
  clock: Clock;
  forgetting: Forgetting;
  /** Takes somebody's access and sessions away; throws `conflict` for the last admin. */
  expel(operator: OperatorId): void;
  /** There is something to tell the server. */
  onChanged(): void;
};

type Row = ReturnType<ReturnType<typeof createFleetStore>['list']>[number];

/**
 * Forgetting across the fleet: what this bench forgot is ordered everywhere, what others ordered is carried out here,
 * and the server is told after it is durable. All of it goes on where it stopped, whatever comes between.
 */
export function createFleetForgetting(deps: Deps) {
  const { database, journal, settings, forgetting } = deps;
  const store = createFleetStore(database.read);

  const known = (subject: string, state: ForgetState) => {
    const before = store.find(subject);
    database.write(tx => {
      const { order: n, waiting, held, revoked, completedAt } = state;
      const change = { n, waiting, held, revoked: revoked.length, completed_at: completedAt, refusal: null };
      store.update(tx, subject, change);
      if (completedAt !== null && before?.raised === 1 && before.completed_at === null)
        journal.append(tx, {
          type: 'subject.forgotten_everywhere',
          data: { subject, order: n, ...(revoked.length === 0 ? {} : { without: revoked }) },
        });
    });
  };

  /** What stands against it for now, so that it is tried again later: an open job, the last admin. */
  const clearTheWay = (row: Row): boolean => {
    const subject = forgetting.idOf(row.subject);
    if (forgetting.hasOpenJob(subject)) return false;
    if (!isOperator(subject) || !forgetting.canSignIn(subject)) return true;
    try {
      deps.expel(subject);
      return true;
    } catch (error) {
      if (error instanceof BenchError && error.code === 'conflict') return false;
      throw error;
    }
  };

  const refuse = (row: Row) => {
    if (row.outcome === 'held' || row.n === null) return;
    const { subject, n: order } = row;
    database.write(tx => {
      store.update(tx, subject, { outcome: 'held' });
      journal.append(tx, { type: 'subject.order_refused', data: { subject, order, cause: 'legal_hold' } });
    });
  };

  const carryOut = async (row: Row) => {
    if (forgetting.isBusy(row.subject)) return;
    const subject = forgetting.idOf(row.subject);
    const isForgotten = forgetting.store.forgottenAt(row.subject) !== null;
    if (!isForgotten && forgetting.isHeld(subject)) return refuse(row);
    if (!isForgotten && !clearTheWay(row)) return;
    if (!isForgotten) await forgetting.carryOut(subject, row.n === null ? {} : { order: row.n });
    database.write(tx => store.update(tx, row.subject, { outcome: 'done' }));
  };

  /** Carries out whatever is open, ours first recorded and others'. */
  const carryOutAll = async () => {
    for (const row of store.list()) if (row.outcome !== 'done') await carryOut(row);
  };

  const pull = async (server: PersonalDataServer, signal: AbortSignal) => {
    const fleetVkey = settings.get('fleet-vkey') ?? '';
    for (;;) {
      const cursor = Number(settings.get('order-cursor') ?? 0);
      const orders = (await server.orders(cursor, signal)).filter(({ order }) => order > cursor);
      if (orders.length === 0) return;
      const taken = orders.map(order => ({ n: order.order, subject: subjectOfOrder(order, fleetVkey) }));
      database.write(tx => {
        for (const { n, subject } of taken) store.order(tx, subject, n);
        settings.set(tx, 'order-cursor', String(Math.max(...taken.map(({ n }) => n))));
      });
    }
  };

  const push = async (server: PersonalDataServer, signal: AbortSignal) => {
    for (const { subject } of store.unordered()) {
      const answer = await server.forget(subject, signal);
      if ('refused' in answer) database.write(tx => store.update(tx, subject, { refusal: answer.refused }));
      else known(subject, answer);
    }
    for (const { subject, n, outcome } of store.untold()) {
      if (n === null || outcome === null) continue;
      const state = await server.acknowledge(n, outcome, signal);
      database.write(tx => store.update(tx, subject, { told: outcome }));
      known(subject, state);
    }
    for (const { subject } of store.awaited()) known(subject, await server.forgetState(subject, signal));
  };

  return {
    /** Within the transaction that forgets a subject here: the fleet is to do the same. */
    raise: (tx: Tx, subject: string) => store.raise(tx, subject),
    changed: deps.onChanged,
    carryOutAll,
    /** Hears what was ordered, does it, and tells what was done. Rejects where the server cannot be asked. */
    async exchange(server: PersonalDataServer, signal: AbortSignal): Promise<void> {
      await pull(server, signal);
      await carryOutAll();
      await push(server, signal);
    },
    /** The data are an older copy: whatever was ordered since has to be heard again. */
    replayAll() {
      database.write(tx => settings.set(tx, 'order-cursor', '0'));
    },
    list: (): FleetForget[] =>
      store.list().map(row => ({
        subject: forgetting.idOf(row.subject),
        raised: row.raised === 1,
        order: row.n,
        here: row.outcome ?? 'waiting',
        waiting: row.waiting,
        held: row.held,
        revoked: row.revoked,
        completedAt: row.completed_at,
        refusal: row.refusal,
      })),
  };
}

export type FleetForgetting = ReturnType<typeof createFleetForgetting>;
