import { BenchError } from '../../../shared/errors.ts';
import type { WorkerReply, WorkerRequest } from './protocol.ts';

type Tasks = Record<string, (input: never) => Promise<unknown>>;

/** Where requests come in and replies go out: `process` in a forked child, `process.parentPort` in an Electron utility. */
export type WorkerPort = {
  onRequest(listener: (request: WorkerRequest) => void): void;
  reply(reply: WorkerReply): void;
};

/** Answers requests with the given tasks for as long as the process lives. */
export function serveTasks(tasks: Tasks, port: WorkerPort): void {
  port.onRequest(({ id, task, input }) => {
    const run = tasks[task];
    const outcome = run ? run(input as never) : Promise.reject(new BenchError('internal', `no task ${task}`));
    outcome.then(
      value => port.reply({ id, ok: true, value }),
      (error: unknown) => port.reply({ id, ok: false, error: describe(error) }),
    );
  });
}

function describe(error: unknown): { code: string; message: string } {
  if (error instanceof BenchError) return { code: error.code, message: error.message };
  return { code: 'internal', message: error instanceof Error ? error.name : 'unknown' };
}

/** The port of a child forked by Node, or of an Electron utility process. */
export function processPort(): WorkerPort {
  const utility: UtilityPort | undefined = 'parentPort' in process ? (process.parentPort as UtilityPort) : undefined;
  if (utility) {
    return {
      onRequest: listener => utility.on('message', ({ data }) => listener(data)),
      reply: reply => utility.postMessage(reply),
    };
  }
  return {
    onRequest: listener => process.on('message', message => listener(message as WorkerRequest)),
    reply: reply => process.send?.(reply),
  };
}

type UtilityPort = {
  on(event: 'message', listener: (message: { data: WorkerRequest }) => void): void;
  postMessage(message: WorkerReply): void;
};
