import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BenchError } from '../shared/errors.ts';
import { readDemoOptions } from './demo/arguments.ts';
import { openDemoBench } from './demo/bench.ts';
import { problemsOf } from './demo/outcome.ts';
import { runDemo } from './demo/run.ts';
import { showTable } from './demo/show.ts';

const options = readDemoOptions(process.argv.slice(2));
const dataDir = mkdtempSync(path.join(tmpdir(), 'veriqko-demo-'));
try {
  const bench = await openDemoBench(dataDir);
  const outcome = await runDemo(bench, options).finally(() => bench.close());
  const problems = problemsOf(outcome);
  if (options.json) console.log(JSON.stringify({ ok: problems.length === 0, problems, ...outcome }, null, 2));
  else showTable(outcome, problems);
  process.exitCode = problems.length === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  console.error(`The demo stopped: ${error.message} (${error.code})`);
  process.exitCode = 1;
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
