import type { ReportLanguage } from '../../../../../shared/reports.ts';
import type { Texts } from '../texts.ts';
import { german } from './de.ts';
import { english } from './en.ts';
import { spanish } from './es.ts';
import { french } from './fr.ts';
import { japanese } from './ja.ts';
import { swedish } from './sv.ts';

/** The words of each language that a report can be printed in. */
export const textsOf: Record<ReportLanguage, Texts> = {
  en: english,
  de: german,
  es: spanish,
  fr: french,
  sv: swedish,
  ja: japanese,
};
