import { noIdentifiers } from '../../../shared/devices.ts';
import { type JobPlace, overPlaces } from '../../../shared/jobs.ts';
import type { ReportLanguage } from '../../../shared/reports.ts';
import { deviceBlock, erasure, erasureStatus } from './device-record.ts';
import { deviceName, tones } from './document/content.ts';
import { deviceFacts, erasureFacts } from './document/device-blocks.ts';
import { createWords, fact, facts } from './document/facts.ts';
import { textsOf } from './document/languages/index.ts';
import type { Texts } from './document/texts.ts';
import type { JobHistory } from './job-history.ts';
import type { ReportRow } from './reports.store.ts';

/** The words of a language that the statement of a lot is made of. */
export function lotWords(language: ReportLanguage) {
  const texts = textsOf[language];
  const { label, section, lot } = texts;
  return { language, label, erasure: section.erasure, lot, instant: createWords(0, texts).instant };
}

/** What the statement of a lot says about one of its devices in a language, from the journal. */
export function lotDevice(
  language: ReportLanguage,
  history: JobHistory,
  job: { ticket: string; identifiedIdx: number; place: JobPlace },
  reports: readonly ReportRow[],
) {
  const texts = textsOf[language];
  const words = createWords(0, texts);
  const status = erasureStatus(history);
  const mark = status ?? 'none';
  const device = deviceBlock(history, job.identifiedIdx);
  const { imei, serial, meid } = device.identifiers;
  const issued = reports.filter(({ state, sha256 }) => state === 'issued' && sha256 !== null);
  const replaced = new Set(issued.map(({ supersedes }) => supersedes));
  const { headline, explanation } = texts.status[mark];
  const over = overPlaces.find(place => place === job.place);
  const isForgotten = device.identifiers === noIdentifiers;
  return {
    device: deviceName({ device }),
    identifier: imei[0] ?? serial ?? meid ?? (isForgotten ? texts.lot.forgottenDevice : '–'),
    status: { text: headline, tone: tones[mark] },
    reports: issued.filter(({ sequence }) => !replaced.has(sequence)).map(({ sequence }) => texts.document(sequence)),
    facts: facts([
      ...deviceFacts({ device, mediaSource: null, condition: null }, words),
      fact(texts.label.state, over && texts.stage[over]),
      fact(texts.section.erasure, `${headline}  ·  ${explanation}`, 'wide'),
      fact(texts.label.reason, bypassReason(history, texts), 'wide'),
      ...erasureFacts({ erasure: erasure(history) }, words),
      ...issued
        .toSorted((a, b) => a.sequence - b.sequence)
        .map(({ sequence, scope, sha256 }) =>
          fact(
            texts.document(sequence),
            `${texts.scope[scope]}${replaced.has(sequence) ? ` (${texts.lot.replaced})` : ''}, SHA-256 ${sha256}`,
            'wide',
          ),
        ),
    ]),
  };
}

/** Why somebody sanitised it by hand, where that is what counts. */
function bypassReason(history: JobHistory, texts: Texts): string | null {
  const used = history.last('job.functional_begun')?.data.usedApproval ?? null;
  const request = history.all('job.bypass_requested').find(({ data }) => data.approval === used);
  return request ? texts.bypassReason[request.data.reason] : null;
}

export type LotDevice = ReturnType<typeof lotDevice>;
