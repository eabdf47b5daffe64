// Compiles the shell a second time with 'electron' meaning the test harness: a use of anything that the harness does
// not have is a compile error instead of a surprise at run time.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectDir } from './bundle.ts';

const declaration = "declare module 'electron' {";
const types = readFileSync(path.join(projectDir, 'node_modules/electron/electron.d.ts'), 'utf8');
if (!types.includes(declaration)) throw new Error('electron.d.ts no longer declares its module as expected');
// The ambient module would win over `paths`: a copy under another name leaves the Electron namespace alone.
mkdirSync(path.join(projectDir, '.tsc'), { recursive: true });
writeFileSync(
  path.join(projectDir, '.tsc/electron-types.d.ts'),
  types.replace(declaration, "declare module 'electron-itself' {"),
);
const tsc = path.join(projectDir, 'node_modules/typescript/bin/tsc');
const project = path.join(projectDir, 'test/desktop/tsconfig.harness.json');
const { status } = spawnSync(process.execPath, [tsc, '-p', project], { cwd: projectDir, stdio: 'inherit' });
process.exitCode = status ?? 1;
