import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Outcome, runSuites } from './testing/run-suites.ts';
import { provideSystemTools, thisMachine } from './testing/system-tools.ts';

const root = path.resolve(import.meta.dirname, '..');
const filters = process.argv.slice(2).filter(argument => argument !== '--long');
const mode = process.argv.includes('--long') ? 'long' : 'test';

// Whatever a test leaves behind, or a process that it kills, goes with the run. Open to the user that databases run as.
const scratch = mkdtempSync(path.join(tmpdir(), 'bench-tests-'));
chmodSync(scratch, 0o755);
process.env.TMPDIR = process.env.TEMP = scratch;
process.on('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }));

provideSystemTools(thisMachine());
const built = spawnSync(process.execPath, [path.join(root, 'scripts/build.ts')], { cwd: root, stdio: 'inherit' });
const outcome: Outcome =
  built.status === 0
    ? await runSuites({ root, filters, mode })
    : { passed: 0, failed: 1, skipped: 0, skips: ['everything: the application could not be built'] };

if (outcome.skips.length > 0) console.log('Skipped:');
for (const skip of outcome.skips) console.log(`  ${skip}`);
console.log(`${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped} skipped`);
// A run that tested nothing proves nothing. Workers' handles must not keep a finished run open.
process.exit(outcome.failed > 0 || outcome.passed === 0 ? 1 : Number(process.exitCode ?? 0));
