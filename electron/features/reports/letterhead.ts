import { createHash } from 'node:crypto';
import { fileTypeFromBuffer } from 'file-type';
import { BenchError } from '../../../shared/errors.ts';
import { Letterhead, type reportMethods } from '../../../shared/reports.ts';
import type { Database } from '../../database/database.ts';
import type { Worker } from '../../drivers/worker/worker.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import type { Settings } from '../station/settings.ts';
import type { ReportTasks } from './report-worker.ts';

const maxLogoBytes = 512 * 1024;
const logoTypes = ['image/png', 'image/jpeg'] as const;

type Deps = { database: Database; journal: Journal; settings: Settings; worker: Worker<ReportTasks> };

/** How the site's documents look, and who issues them: kept in the settings, changed by an admin, recorded. */
export function createLetterhead({ database, journal, settings, worker }: Deps) {
  const current = (): Letterhead => {
    const stored = settings.get('letterhead');
    if (stored !== null) return Letterhead.parse(JSON.parse(stored));
    return { organisation: null, address: [], language: 'en', paper: 'a4', accent: null, logo: null };
  };

  /** Throws `bad_input` for anything that is not a small PNG or JPEG that a report can carry. */
  const checkedLogo = async (base64: string): Promise<NonNullable<Letterhead['logo']>> => {
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.length > maxLogoBytes)
      throw new BenchError('bad_input', 'The logo is larger than 512 KiB. Save it smaller and choose it again.');
    const sniffed = (await fileTypeFromBuffer(bytes))?.mime;
    const mediaType = logoTypes.find(type => type === sniffed);
    if (!mediaType) throw new BenchError('bad_input', 'The logo is not a PNG or JPEG picture.');
    await worker.run('report.check_logo', { bytes: Uint8Array.from(bytes) });
    return { mediaType, base64 };
  };

  const handlers = {
    'reports.letterhead': () => current(),
    'reports.set_letterhead': async ({ logoBase64, ...rest }, caller) => {
      const logo = typeof logoBase64 === 'string' ? await checkedLogo(logoBase64) : null;
      const next: Letterhead = { ...rest, logo: logoBase64 === undefined ? current().logo : logo };
      database.write(tx => {
        settings.set(tx, 'letterhead', JSON.stringify(next));
        journal.append(tx, {
          type: 'report.letterhead_set',
          actor: caller.operatorId,
          data: {
            organisation: next.organisation,
            address: next.address,
            language: next.language,
            paper: next.paper,
            logoSha256: next.logo && createHash('sha256').update(next.logo.base64, 'base64').digest('hex'),
          },
        });
      });
      return next;
    },
  } satisfies Pick<Handlers, keyof typeof reportMethods & `${string}letterhead`>;

  return { current, handlers };
}
