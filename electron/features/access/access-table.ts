import { stringify } from 'csv-stringify/sync';
import type { AccessOfPerson, AccessReview } from '../../../shared/access.ts';
import type { TableFile } from '../../../shared/sampling.ts';
import type { TableContent } from '../../../shared/table-document.ts';

/** The review as a table for a spreadsheet; no cell of it can be taken for a formula. */
export function accessTable(review: AccessReview): TableFile {
  const rows = review.people.map(person => ({
    person: person.operatorName ?? person.operator,
    role: person.role,
    role_since: person.roleSince,
    account: accountOf(person),
    second_factor: factorOf(person),
    last_sign_in: person.lastSignIn,
    sign_ins: person.signIns,
    failed_attempts: person.failedAttempts,
    step_ups: person.stepUps,
    refusals: person.refusals,
    exports: person.exports,
  }));
  const text = stringify(rows, { header: true, bom: true, escape_formulas: true, record_delimiter: 'windows' });
  return { fileName: fileName(review, 'csv'), contentBase64: Buffer.from(text).toString('base64') };
}

const columns = [
  ['Person', 0.16],
  ['Role', 0.1],
  ['Since', 0.12],
  ['Account', 0.1],
  ['2nd factor', 0.08],
  ['Last sign-in', 0.12],
  ['Sign-ins', 0.06],
  ['Failed', 0.06],
  ['Step-ups', 0.07],
  ['Refused', 0.07],
  ['Exports', 0.06],
] as const;

/** The same for paper; `by`: who took it. */
export function accessPage(review: AccessReview, by: string | null): TableContent {
  const { from, to, people, unknownAttempts, lastReview, digest, upTo } = review;
  const last = lastReview === null ? 'none' : `${shown(lastReview.at)} by ${lastReview.byName ?? 'somebody erased'}`;
  return {
    kind: 'access_review',
    title: 'Access review',
    subtitle: `${shown(from)} to ${shown(to)}`,
    facts: [
      { label: 'Taken by', value: by ?? 'somebody erased' },
      { label: 'Last signed off', value: last },
      { label: 'Nameless refusals', value: String(unknownAttempts) },
      { label: 'Journal entries', value: String(upTo) },
      { label: 'Digest', value: digest },
    ],
    columns: columns.map(([title, share]) => ({ title, share })),
    rows: people.map(person => [
      person.operatorName ?? person.operator,
      person.role,
      shown(person.roleSince),
      accountOf(person),
      factorOf(person),
      shown(person.lastSignIn),
      ...[person.signIns, person.failedAttempts, person.stepUps, person.refusals, person.exports].map(String),
    ]),
  };
}

/** The printed review as a file. */
export function pdfFile(review: AccessReview, pdf: Buffer): TableFile {
  return { fileName: fileName(review, 'pdf'), contentBase64: pdf.toString('base64') };
}

const fileName = ({ from, to }: AccessReview, extension: string) =>
  `access-review-${from.slice(0, 10)}-${to.slice(0, 10)}.${extension}`;

const accountOf = ({ active }: AccessOfPerson) => (active ? 'active' : 'deactivated');

const factorOf = ({ secondFactor }: AccessOfPerson) =>
  secondFactor === null ? 'unknown' : secondFactor ? 'on' : 'off';

/** An instant to the minute, in UTC. */
const shown = (instant: string | null) => (instant === null ? '–' : `${instant.slice(0, 16).replace('T', ' ')} UTC`);
