import { randomBytes } from 'node:crypto';
import { runShell } from './adb-shell.ts';
import { AdbFailure } from './adb-socket.ts';

/** How one command of a batch ended; `cut` when its end was not heard in time or its output was too much. */
export type Answer = { kind: 'done'; output: string; status: number } | { kind: 'cut' };

export type BatchOptions = {
  port: number;
  transportId: string;
  /** What ends the batch early without an error: what was heard until then counts. */
  limitMs: number;
  maxBytes: number;
  signal: AbortSignal;
};

/**
 * Runs commands one after the other in one conversation, which costs one round trip. A command that stalls takes only
 * those after it with it. Rejects when the device goes away; the order of the answers is that of the commands.
 */
export async function runBatch(commands: readonly string[], options: BatchOptions): Promise<Answer[]> {
  // Unknown to the device beforehand, so that no output can pass for the end of a command.
  const mark = `bench-${randomBytes(8).toString('hex')}`;
  const line = commands.map(command => `${command} 2>&1; echo "${mark}:$?"`).join('; ');
  const limit = AbortSignal.timeout(options.limitMs);
  let heard = '';
  try {
    await runShell({
      ...options,
      command: line,
      signal: AbortSignal.any([options.signal, limit]),
      onOutput(output) {
        heard = output;
      },
    });
  } catch (error) {
    const cut = limit.aborted || (error instanceof AdbFailure && error.kind === 'too_much');
    if (options.signal.aborted || !cut) throw error;
  }
  return cutAt(heard, mark, commands.length);
}

function cutAt(heard: string, mark: string, count: number): Answer[] {
  const answers: Answer[] = [];
  let rest = heard.replaceAll('\r\n', '\n');
  for (let index = 0; index < count; index++) {
    const end = new RegExp(`${mark}:(\\d+)\\n`).exec(rest);
    if (!end) answers.push({ kind: 'cut' });
    else {
      answers.push({ kind: 'done', output: rest.slice(0, end.index), status: Number(end[1]) });
      rest = rest.slice(end.index + end[0].length);
    }
  }
  return answers;
}
