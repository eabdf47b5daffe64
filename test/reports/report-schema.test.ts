import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ReportDocument } from '../../shared/report-document.ts';

const published = join(import.meta.dirname, '../../docs/report.schema.json');

// After a change of the schema: write z.toJSONSchema(ReportDocument) there, indented by two, and say it in the changelog.
test('the published JSON Schema is that of report.json', () => {
  expect(JSON.parse(readFileSync(published, 'utf8'))).toEqual(z.toJSONSchema(ReportDocument));
});
