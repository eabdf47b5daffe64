import { stringify } from 'csv-stringify/sync';
import type { AccessReview } from '../../../shared/access.ts';
import type { TableFile } from '../../../shared/sampling.ts';

/** The review as a table for a spreadsheet; no cell of it can be taken for a formula. */
export function accessTable({ from, to, people }: AccessReview): TableFile {
  const rows = people.map(person => ({
    person: person.operatorName ?? person.operator,
    role: person.role,
    role_since: person.roleSince,
    account: person.active ? 'active' : 'deactivated',
    second_factor: person.secondFactor === null ? 'unknown' : person.secondFactor ? 'on' : 'off',
    last_sign_in: person.lastSignIn,
    sign_ins: person.signIns,
    failed_attempts: person.failedAttempts,
    step_ups: person.stepUps,
    refusals: person.refusals,
    exports: person.exports,
  }));
  const text = stringify(rows, { header: true, bom: true, escape_formulas: true, record_delimiter: 'windows' });
  return {
    fileName: `access-review-${from.slice(0, 10)}-${to.slice(0, 10)}.csv`,
    contentBase64: Buffer.from(text).toString('base64'),
  };
}
