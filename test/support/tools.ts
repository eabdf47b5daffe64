import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

/** Whether a program of this name can be run here. */
export function haveTool(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A suite that needs programs of the system; without them it is skipped, its name saying which are missing. */
export function describeWithTools(name: string, tools: readonly string[], body: () => void): void {
  const missing = tools.filter(tool => !haveTool(tool));
  if (missing.length === 0) describe(name, body);
  else describe.skip(`${name} (skipped: ${missing.join(', ')} not installed)`, body);
}

export type ToolRun = { readonly status: number | null; readonly stdout: string; readonly output: string };

/** Runs a program to its end; `output` is both streams. */
export function runTool(
  name: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): ToolRun {
  const done = spawnSync(name, args, { ...options, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (done.error) throw done.error;
  return { status: done.status, stdout: done.stdout, output: `${done.stdout}${done.stderr}` };
}
