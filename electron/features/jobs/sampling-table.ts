import { stringify } from 'csv-stringify/sync';
import type { SamplingCoverage, TableFile } from '../../../shared/sampling.ts';

/** The blocks of a period as a table for a spreadsheet; no cell of it can be taken for a formula. */
export function samplingTable({ from, to, blocks }: SamplingCoverage): TableFile {
  const rows = blocks.map(block => ({
    block: block.block,
    opened_at: block.openedAt,
    sanitised: block.taken,
    drawn_at: block.drawnAt,
    ticket: block.ticket,
    state: block.state,
    verified_at: block.verifiedAt,
    verifier: block.verifierName,
  }));
  const columns = ['block', 'opened_at', 'sanitised', 'drawn_at', 'ticket', 'state', 'verified_at', 'verifier'];
  const text = stringify(rows, {
    header: true,
    columns,
    bom: true,
    escape_formulas: true,
    record_delimiter: 'windows',
  });
  return {
    fileName: `sampling-coverage-${from.slice(0, 10)}-${to.slice(0, 10)}.csv`,
    contentBase64: Buffer.from(text).toString('base64'),
  };
}
