import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { Verification } from '../../shared/verification.ts';
import { projectDir } from '../bundle.ts';

const run = promisify(execFile);
const Output = z.object({ verification: Verification }).or(Verification.transform(verification => ({ verification })));

export type Verified = { file: string; ok: boolean; steps: Verification['steps'] };

/** Checks one file or folder with the stand-alone verifier, as an outsider would: in a process that knows nothing else. */
export async function verifyWithTool(file: string, trust: { fleetVkey: string; caPem: string }): Promise<Verified> {
  const verifier = path.join(projectDir, 'scripts', 'verify.ts');
  const args = [verifier, file, '--pin', trust.fleetVkey, '--ca', trust.caPem, '--json'];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 }).catch(
    (error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }),
  );
  const { verification } = Output.parse(JSON.parse(stdout));
  return { file: path.basename(file), ok: verification.ok, steps: verification.steps };
}
