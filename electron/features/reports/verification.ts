import type { Parsed } from '../../../shared/contract.ts';
import type { Pins } from '../../../shared/verify/report-pdf.ts';
import type { Worker } from '../../drivers/worker/worker.ts';
import type { Handlers } from '../../handlers.ts';
import type { Trust } from '../journal/policy.ts';
import type { ReportTasks } from './report-worker.ts';

export type VerificationDeps = {
  worker: Worker<ReportTasks>;
  /** Certificate of the authority that this station's documents are checked against, PEM. */
  issuerPem(): Promise<string>;
  /** Certificate of the authority whose time stamps this site trusts, PEM; null where there is none. */
  timestampCaPem(): string | null;
  trust(): Trust;
};

/** The page where anybody drops a report. */
export function createVerification({ worker, issuerPem, timestampCaPem, trust }: VerificationDeps) {
  const pinsOf = async (against: Parsed<'reports.verify'>['against']): Promise<Pins> =>
    against.kind === 'this_site'
      ? given({ caPem: await issuerPem(), timestampCaPem: timestampCaPem(), fleetVkey: trust().fleetVkey })
      : given(against);
  return {
    'reports.verify': async ({ contentBase64, against }) => {
      const file = Uint8Array.from(Buffer.from(contentBase64, 'base64'));
      return worker.run('report.verify', { file, pins: await pinsOf(against) });
    },
    'reports.site_ca': async () => ({ pem: await issuerPem() }),
  } satisfies Pick<Handlers, 'reports.verify' | 'reports.site_ca'>;
}

/** What was really given: an empty field of a form pins nothing. */
function given(pins: { [key in keyof Pins]?: string | null | undefined }): Pins {
  const { caPem, timestampCaPem, fleetVkey } = pins;
  return {
    ...(caPem ? { caPem } : {}),
    ...(timestampCaPem ? { timestampCaPem } : {}),
    ...(fleetVkey ? { fleetVkey } : {}),
  };
}
