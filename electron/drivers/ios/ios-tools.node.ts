import { execFile } from 'node:child_process';
import { findProgram } from '../child/find-program.ts';
import type { ToolAnswer, ToolName, Tools } from './ios-tools.ts';

const toolNames: readonly ToolName[] = ['ideviceinfo', 'idevicediagnostics'];
const outputBytes = 1024 * 1024;

/** The programs of libimobiledevice on this computer; null unless all that are needed are there. */
export function findTools(env: Readonly<NodeJS.ProcessEnv>, platform: NodeJS.Platform): Tools | null {
  const found = new Map<ToolName, string>();
  for (const tool of toolNames) {
    const file = findProgram(tool, env, platform);
    if (file === null) return null;
    found.set(tool, file);
  }
  return { run: (tool, args, limitMs, signal) => runTool(found.get(tool) ?? tool, args, { env, limitMs, signal }) };
}

/** Runs one program to its end, killed by SIGKILL at its time limit, its output cap or the signal; rejects by the signal alone. */
function runTool(
  file: string,
  args: readonly string[],
  { env, limitMs, signal }: { env: NodeJS.ProcessEnv; limitMs: number; signal: AbortSignal },
): Promise<ToolAnswer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    if (limitMs <= 0) return resolve({ kind: 'timeout' });
    const child = execFile(
      file,
      [...args],
      { env, timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: outputBytes, windowsHide: true, signal },
      (error, stdout, stderr) => {
        if (signal.aborted) return reject(signal.reason);
        if (error?.killed === true && error.code !== 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
          return resolve({ kind: 'timeout' });
        // Unplugged in mid-read they end well and print nothing.
        if (error || stdout.trim() === '') return resolve({ kind: 'failed', code: codeIn(`${stderr}\n${stdout}`) });
        resolve({ kind: 'printed', output: stdout });
      },
    );
    child.stdin?.end();
  });
}

function codeIn(text: string): number | null {
  const code = /\((-\d{1,3})\)/.exec(text.slice(0, 4_000))?.[1] ?? /error code (-\d{1,3})/i.exec(text)?.[1];
  return code === undefined ? null : Number(code);
}
