import type { Letterhead } from '../../../shared/reports.ts';
import type { TableContent } from '../../../shared/table-document.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Worker } from '../../drivers/worker/worker.ts';
import type { Settings } from '../station/settings.ts';
import type { SiteKeys } from './authority/site-keys.ts';
import type { ReportTasks } from './report-worker.ts';
import { signReportPdf } from './signing/sign-report.ts';

/** Prints tables on the site's letterhead, signed with the station's key. Throws BenchError `report_failed`. */
export function createTablePrinter(deps: {
  worker: Worker<Pick<ReportTasks, 'table.build'>>;
  siteKeys(): Promise<SiteKeys>;
  letterhead(): Letterhead;
  settings: Settings;
  clock: Clock;
  random: Random;
  appVersion: string;
  training: boolean;
}) {
  const { settings, clock } = deps;
  return async (content: TableContent): Promise<Buffer> => {
    const keys = await deps.siteKeys();
    const { organisation, paper, accent, logo } = deps.letterhead();
    const site = settings.get('site-name') ?? 'Unnamed site';
    const { pdf } = await deps.worker.run('table.build', {
      table: {
        schemaVersion: 1,
        documentId: deps.random.uuid(),
        training: deps.training,
        issuedAt: new Date(clock.now()).toISOString(),
        issuer: {
          organisation: organisation ?? site,
          place: [organisation ? site : null, settings.get('station-name')].filter(part => part !== null).join('  ·  '),
          appVersion: deps.appVersion,
        },
        ...content,
      },
      validation: keys.validation,
      look: { paper, accent, logo: logo && Buffer.from(logo.base64, 'base64') },
    });
    const signed = await signReportPdf(pdf, keys.signer, clock.now());
    return Buffer.from(signed.pdf);
  };
}
