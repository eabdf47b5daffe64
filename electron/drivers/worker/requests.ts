import { BenchError, ErrorCode } from '../../../shared/errors.ts';
import type { WorkerReply, WorkerRequest } from './protocol.ts';
import type { Worker } from './worker.ts';

/** A started worker process, whatever started it. */
export type WorkerProcess = { send(request: WorkerRequest): void; kill(): void };

/** Starts a process; `onReply` and `onEnd` are called for this very process. */
export type StartProcess = (on: { reply(reply: WorkerReply): void; end(): void }) => WorkerProcess;

type Waiting = { resolve(value: unknown): void; reject(error: BenchError): void };

const documentsDied = () => new BenchError('report_failed', 'The process that makes documents ended. Try again.');

/** Requests and their answers over a process that is started when needed and again after it ended. */
export function createWorkerRequests<Tasks extends Record<string, { input: unknown; output: unknown }>>(
  start: StartProcess,
  died = documentsDied,
): Worker<Tasks> {
  let process: WorkerProcess | null = null;
  let nextId = 1;
  const waiting = new Map<number, Waiting>();

  const settle = (reply: WorkerReply) => {
    const request = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.ok) return request?.resolve(reply.value);
    request?.reject(new BenchError(ErrorCode.catch('internal').parse(reply.error.code), reply.error.message));
  };
  const end = () => {
    process = null;
    for (const request of waiting.values()) request.reject(died());
    waiting.clear();
  };

  const run = (task: string, input: unknown): Promise<unknown> => {
    process ??= start({ reply: settle, end });
    const id = nextId++;
    const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
    process.send({ id, task, input });
    return answer;
  };

  return {
    // Both sides are this program's own; the table of tasks says what comes back.
    run: <T extends keyof Tasks & string>(task: T, input: Tasks[T]['input']) =>
      run(task, input) as Promise<Tasks[T]['output']>,
    async close() {
      process?.kill();
      end();
    },
  };
}
