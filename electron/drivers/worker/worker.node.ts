import { fork } from 'node:child_process';
import type { BenchError } from '../../../shared/errors.ts';
import type { WorkerReply } from './protocol.ts';
import { createWorkerRequests } from './requests.ts';
import type { Worker } from './worker.ts';

/** Runs tasks in a child of plain Node; `entry` is the module that serves them. */
export function createNodeWorker<Tasks extends Record<string, { input: unknown; output: unknown }>>(options: {
  entry: string;
  args: readonly string[];
  /** What a request fails with when the process ends before its answer. */
  died?: () => BenchError;
}): Worker<Tasks> {
  return createWorkerRequests<Tasks>(on => {
    const child = fork(options.entry, [...options.args], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // A debugger of the parent is no debugger of the child.
      execArgv: [],
    });
    child.on('message', message => on.reply(message as WorkerReply));
    child.on('exit', on.end);
    child.on('error', on.end);
    return { send: request => child.send(request), kill: () => child.kill('SIGKILL') };
  }, options.died);
}
