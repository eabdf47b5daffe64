import { BenchError } from '../../../shared/errors.ts';
import type { DeviceId, JobId, OperatorId } from '../../../shared/ids.ts';
import type { ErasureStatus, Job } from '../../../shared/jobs.ts';
import { type LabelPrinter, LabelSettings, type labelMethods } from '../../../shared/labels.ts';
import type { Database } from '../../database/database.ts';
import type { Printer } from '../../drivers/printer/printer.ts';
import type { Worker } from '../../drivers/worker/worker.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import type { Settings } from '../station/settings.ts';
import { type Label, layOut } from './label.ts';
import type { LabelTasks } from './label-worker.ts';
import { toTspl } from './tspl.ts';
import { toZpl } from './zpl.ts';

type Deps = {
  database: Database;
  journal: Journal;
  settings: Settings;
  printer: Printer;
  worker: Worker<LabelTasks>;
  jobOf(id: JobId): Job;
  /** The status in the words that the site's reports use. */
  headline(status: ErasureStatus | null): string;
};

const usual: LabelSettings = { widthMm: 60, heightMm: 40, printer: null };

/** Labels for devices: looked at on the screen, saved as PDF, printed. Every print is an entry of the job. */
export function createLabels(deps: Deps) {
  const { database, journal, settings } = deps;
  const current = (): LabelSettings => {
    const stored = settings.get('labels');
    return stored === null ? usual : LabelSettings.parse(JSON.parse(stored));
  };

  const labelOf = (job: Job): Label => {
    const { imei, serial } = job.identifiers;
    const [first] = imei;
    const identifier = first === undefined ? serial && { name: 'S/N', value: serial } : { name: 'IMEI', value: first };
    return layOut(
      {
        ticket: job.ticket,
        device: [job.manufacturer, job.model].filter(part => part !== null).join(' ') || '–',
        status: deps.headline(job.erase.status),
        identifier: identifier || null,
      },
      current(),
    );
  };

  const print = async (id: JobId, copies: number, by: OperatorId) => {
    const { printer } = current();
    if (!printer)
      throw new BenchError('printer_unavailable', 'No label printer is set up. An admin sets one up under Station.');
    const job = deps.jobOf(id);
    const reprint = journal.store.ofJob(id).some(entry => entry.type === 'label.printed');
    const of = { actor: by, job: id, device: job.deviceId };
    try {
      await deps.printer.print(printer.target, encoded(labelOf(job), printer, copies));
    } catch (error) {
      recordFailure(of, error);
      throw error;
    }
    database.write(tx => journal.append(tx, { type: 'label.printed', ...of, data: { copies, reprint } }));
    return { reprint };
  };

  const recordFailure = (of: { actor: OperatorId; job: JobId; device: DeviceId }, error: unknown) => {
    const code = error instanceof BenchError ? error.code : 'internal';
    database.write(tx => journal.append(tx, { type: 'label.failed', ...of, data: { code } }));
  };

  const handlers = {
    'labels.settings': () => current(),
    'labels.configure': (input, { operatorId: actor }) => {
      const { widthMm, heightMm, printer } = input;
      database.write(tx => {
        settings.set(tx, 'labels', JSON.stringify(input));
        const data = { widthMm, heightMm, printer: printer?.target.kind ?? null, language: printer?.language ?? null };
        journal.append(tx, { type: 'label.configured', actor, data });
      });
      return current();
    },
    'labels.preview': async ({ jobId }) => {
      const job = deps.jobOf(jobId);
      const { svg, pdf } = await deps.worker.run('label.draw', labelOf(job));
      return { svg, pdfBase64: Buffer.from(pdf).toString('base64'), fileName: `${job.ticket}-label.pdf` };
    },
    'labels.print': ({ jobId, copies }, caller) => print(jobId, copies, caller.operatorId),
  } satisfies Pick<Handlers, keyof typeof labelMethods>;

  return { handlers };
}

function encoded(label: Label, { language, dpi }: LabelPrinter, copies: number): Uint8Array {
  const text = language === 'zpl' ? toZpl(label, { dpi, copies }) : toTspl(label, { dpi, copies });
  return Buffer.from(text, 'utf8');
}
