import { createHash } from 'node:crypto';
import type { Customer, customerMethods, Lot, LotDetail, ManifestItem } from '../../../shared/customers.ts';
import type { Identifiers } from '../../../shared/devices.ts';
import { BenchError } from '../../../shared/errors.ts';
import { CustomerId, type DeviceId, type JobId, LotId, type OperatorId } from '../../../shared/ids.ts';
import type { ReportLanguage } from '../../../shared/reports.ts';
import type { TableContent } from '../../../shared/table-document.ts';
import type { Database, Tx } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Worker } from '../../drivers/worker/worker.ts';
import type { Handlers, Publish } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import { type Subjects, subjectOf } from '../journal/subjects.ts';
import { createCustomersStore, type LotJob, type LotRow } from './customers.store.ts';
import { bareIdentifier, type ManifestTasks } from './manifest.ts';
import { type LotDevice, type LotWords, statementOf } from './statement.ts';

export type LottedJob = { id: JobId; deviceId: DeviceId; identifiers: Identifiers; open: boolean };

export type CustomersDeps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  clock: Clock;
  random: Random;
  publish: Publish;
  worker: Worker<ManifestTasks>;
  jobOf(id: JobId): LottedJob;
  printTable(content: TableContent): Promise<Buffer>;
  /** A job as a statement lists it. */
  describe(id: JobId, language: ReportLanguage): LotDevice;
  words(language: ReportLanguage): LotWords;
  /** Of the papers of this site. */
  language(): ReportLanguage;
};

/** Where devices come from: customers, their lots and what they said would be in them. */
export function createCustomers(deps: CustomersDeps) {
  const { database, journal, subjects, clock, random } = deps;
  const store = createCustomersStore(database.read);

  const customerOf = (id: CustomerId, idx = store.customer(id)): Customer => {
    if (idx === null) throw new BenchError('not_found', 'There is no such customer.');
    const profile = journal.open('customer.added', idx, 'profile');
    return { id, customerName: profile?.name ?? null, reference: profile?.reference ?? null };
  };
  const must = (id: LotId): LotRow => {
    const row = store.lot(id);
    if (!row) throw new BenchError('not_found', 'There is no such lot.');
    return row;
  };
  const mustOpen = (id: LotId): LotRow => {
    const row = must(id);
    if (row.state === 'closed') throw new BenchError('state_refused', 'The lot is closed. Open another one.');
    return row;
  };
  /** Null where there is none, or where the customer was forgotten. */
  const itemsOf = ({ manifestIdx }: LotRow): readonly ManifestItem[] | null =>
    manifestIdx === null ? null : (journal.open('lot.manifest_set', manifestIdx, 'manifest')?.items ?? null);

  const view = (row: LotRow): Lot => {
    const text = journal.open('lot.opened', row.idx, 'text');
    const items = itemsOf(row);
    const jobs = store.jobs(row.id);
    const count = (standing: LotJob['standing']) => jobs.filter(job => job.standing === standing).length;
    const { idx: _, manifestIdx: __, ...rest } = row;
    return {
      ...rest,
      customerName: customerOf(row.customerId).customerName,
      lotName: text?.name ?? null,
      order: text?.order ?? null,
      mediaSource: text?.mediaSource ?? null,
      expected: items?.length ?? null,
      received: jobs.length,
      missing: items && items.length - count('expected'),
      unexpected: count('unexpected'),
      double: count('double'),
    };
  };
  const detail = (id: LotId): LotDetail => {
    const row = must(id);
    const jobs = store.jobs(id);
    const found = new Set(jobs.map(({ item }) => item));
    return {
      ...view(row),
      missingItems: (itemsOf(row) ?? []).filter((_, index) => !found.has(index)),
      jobs: jobs.map(({ jobId, ticket, standing }) => ({ jobId, ticket, standing })),
    };
  };
  const tell = (id: LotId): Lot => {
    const lot = view(must(id));
    deps.publish('lot.changed', lot);
    return lot;
  };

  /** The line of the manifest that a device is; null when it is on none. */
  const lineOf = (items: readonly ManifestItem[], { serial, imei, meid, eid }: Identifiers): number | null => {
    const own = [serial, ...imei, meid, eid].flatMap(value => (value === null ? [] : [bareIdentifier(value)]));
    const index = items.findIndex(({ identifiers }) => identifiers.some(each => own.includes(bareIdentifier(each))));
    return index < 0 ? null : index;
  };
  const placeIn = (lot: LotRow, identifiers: Identifiers): Pick<LotJob, 'standing' | 'item'> => {
    const items = itemsOf(lot);
    if (!items) return { standing: 'no_manifest', item: null };
    const item = lineOf(items, identifiers);
    if (item === null) return { standing: 'unexpected', item };
    const isTaken = store.jobs(lot.id).some(job => job.item === item && job.standing === 'expected');
    return isTaken ? { standing: 'double', item } : { standing: 'expected', item };
  };

  const put = (tx: Tx, job: Omit<LottedJob, 'open'>, lot: LotRow | null, by: OperatorId) => {
    store.removeJob(tx, job.id);
    const place = lot && placeIn(lot, job.identifiers);
    if (lot && place) store.putJob(tx, lot.id, job.id, place);
    journal.append(tx, {
      type: 'job.lot_assigned',
      ...{ actor: by, job: job.id, device: job.deviceId },
      data: { lot: lot?.id ?? null, standing: place?.standing ?? null },
    });
  };

  const assign = (jobId: JobId, lotId: LotId | null, by: OperatorId) => {
    const job = deps.jobOf(jobId);
    const before = store.lotOfJob(jobId);
    if (!job.open) throw new BenchError('state_refused', 'The job is over; its lot stays as it is recorded.');
    if (before !== null) mustOpen(before);
    const lot = lotId === null ? null : mustOpen(lotId);
    database.write(tx => put(tx, job, lot, by));
    if (before !== null && before !== lotId) tell(before);
    if (lotId === null) return null;
    tell(lotId);
    return detail(lotId);
  };

  const close = (id: LotId, by: OperatorId): Lot => {
    mustOpen(id);
    const open = store.jobs(id).filter(job => job.open);
    if (open.length > 0)
      throw new BenchError(
        'state_refused',
        `${open.length} jobs of this lot are open, ${open[0]?.ticket} first. Finish or fail them.`,
      );
    const { received, missing, unexpected, double } = view(must(id));
    database.write(tx => {
      store.close(tx, id, new Date(clock.now()).toISOString());
      journal.append(tx, { type: 'lot.closed', actor: by, data: { lot: id, received, missing, unexpected, double } });
    });
    return tell(id);
  };

  const statement = async (id: LotId, language: ReportLanguage, by: OperatorId) => {
    if (must(id).state === 'open') throw new BenchError('state_refused', 'Close the lot first: it is still open.');
    const lot = detail(id);
    const pdf = await deps.printTable(statementOf(lot, deps.words(language), job => deps.describe(job, language)));
    const sha256 = createHash('sha256').update(pdf).digest('hex');
    const data = { lot: id, sha256, language };
    database.write(tx => journal.append(tx, { type: 'lot.statement_printed', actor: by, data }));
    return { fileName: `lot-${id.slice(0, 8)}.pdf`, contentBase64: pdf.toString('base64') };
  };

  const handlers = {
    'customers.list': () => store.customers().map(({ id, idx }) => customerOf(id, idx)),
    'customers.add': ({ name, reference }, { operatorId: actor }) => {
      const subject = subjects.create();
      const id = CustomerId.parse(`cu_${subject}`);
      database.write(tx => {
        const profile = { subject, value: { name, reference: reference ?? null } };
        const idx = journal.append(tx, { type: 'customer.added', actor, data: { customer: id }, pii: { profile } });
        store.insertCustomer(tx, id, idx);
      });
      return customerOf(id);
    },
    'lots.list': () => store.lots().map(view),
    'lots.get': ({ lotId }) => detail(lotId),
    'lots.open': ({ customerId, name, order, mediaSource }, { operatorId: actor }) => {
      if (customerOf(customerId).customerName === null)
        throw new BenchError('conflict', 'This customer was forgotten. Add them anew.');
      const id = LotId.parse(random.uuid());
      const value = { name, order: order ?? null, mediaSource: mediaSource ?? null };
      const pii = { text: { subject: subjectOf(customerId), value } };
      database.write(tx => {
        const idx = journal.append(tx, { type: 'lot.opened', actor, data: { lot: id, customer: customerId }, pii });
        const openedAt = new Date(clock.now()).toISOString();
        store.insertLot(tx, { id, customerId, state: 'open', openedAt, closedAt: null, idx, manifestIdx: null });
      });
      return tell(id);
    },
    'lots.import': async ({ lotId, contentBase64 }, { operatorId: actor }) => {
      mustOpen(lotId);
      const bytes = Uint8Array.from(Buffer.from(contentBase64, 'base64'));
      const items = await deps.worker.run('manifest.read', { bytes });
      const { customerId } = mustOpen(lotId);
      database.write(tx => {
        const manifest = { subject: subjectOf(customerId), value: { items } };
        const data = { lot: lotId, devices: items.length };
        store.setManifest(tx, lotId, journal.append(tx, { type: 'lot.manifest_set', actor, data, pii: { manifest } }));
        // Devices that came before their list are compared with it now.
        for (const { jobId } of store.jobs(lotId)) put(tx, deps.jobOf(jobId), must(lotId), actor);
      });
      return tell(lotId);
    },
    'lots.assign': ({ jobId, lotId }, caller) => assign(jobId, lotId, caller.operatorId),
    'lots.close': ({ lotId }, caller) => close(lotId, caller.operatorId),
    'lots.statement': ({ lotId, language = deps.language() }, caller) => statement(lotId, language, caller.operatorId),
    'lots.of_job': ({ jobId }) => {
      const id = store.lotOfJob(jobId);
      return id === null ? null : view(must(id));
    },
  } satisfies Pick<Handlers, keyof typeof customerMethods>;

  return {
    handlers,
    /** A job was just opened: it joins the one open lot whose manifest names its device. */
    receive(tx: Tx, job: Omit<LottedJob, 'open'>, by: OperatorId): void {
      const naming = store.openLots().filter(lot => lineOf(itemsOf(lot) ?? [], job.identifiers) !== null);
      const [only, ...others] = naming;
      if (only && others.length === 0) put(tx, job, only, by);
    },
    /** What a report of the job says about where its device comes from. */
    originOf(id: JobId) {
      const lotId = store.lotOfJob(id);
      if (lotId === null) return null;
      const { customerId, lotName, order, mediaSource } = view(must(lotId));
      const { customerName, reference } = customerOf(customerId);
      const customer = customerName === null ? null : { name: customerName, reference };
      return { customer, order, lot: lotName, mediaSource };
    },
    hasOpenLot: (id: CustomerId) => store.openLots().some(lot => lot.customerId === id),
  };
}
