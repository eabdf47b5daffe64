import { BenchError } from '../../../shared/errors.ts';
import type { Clock } from '../clock/clock.ts';
import { type HostProcess, type HostProcessOptions, startHostProcess } from './host-process.node.ts';
import type { EraseProgress, Picea, PiceaTarget } from './picea.ts';
import {
  diagnoseProgressFrom,
  diagnosisFrom,
  eraseResultFrom,
  type HostEvent,
  type HostRequest,
  verificationFrom,
} from './protocol.ts';

const infoLimitMs = 15_000;
/** A test may wait for somebody to press something on the device. */
const diagnoseSilenceMs = 600_000;
const verifySilenceMs = 60_000;

/** The host is started at the first call and again after it has ended. */
export type PiceaHostOptions = HostProcessOptions & { clock: Clock };

/** One thing that is asked of the host, and how its answer is understood. */
type Question<T> = {
  type: 'info' | 'erase' | 'diagnose' | 'verify';
  request(op: string): HostRequest;
  /** The final answer; null when the event is none. */
  answer(event: HostEvent, line: string): T | null;
  /** Hears of everything that is no final answer; false when it does not belong to this question. */
  hear?(event: HostEvent): boolean;
  signal?: AbortSignal;
  /** Given up when the host says nothing about it for so long. */
  silence?: { ms: number; error: () => BenchError };
};

const toolSilent = () =>
  new BenchError('tool_unavailable', 'The erasure tool does not answer. Restart it and try again.');
const nothingHeard = () =>
  new BenchError(
    'tool_unavailable',
    'The erasure tool says nothing about this device any more. Nothing was recorded: look at the device and try again.',
  );

const eraseProgressFrom = (event: HostEvent): EraseProgress | null => {
  if (event.type === 'progress') return { kind: 'progress', percent: event.percent, phase: event.phase };
  return event.type === 'reboot' ? { kind: 'reboot', windowMs: event.windowMs } : null;
};

/** Asks one question. Rejects with the signal's reason when cancelled, which the host is told. */
function ask<T>(clock: Clock, running: () => HostProcess, op: string, question: Question<T>): Promise<T> {
  const { signal, silence } = question;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const host = running();
    const cancel = () => giveUp(signal?.reason);
    const giveUp = (error: unknown) => {
      settle();
      host.drop(op, question.type === 'info' ? undefined : { type: 'cancel', op });
      reject(error);
    };
    const listen = () => (silence ? clock.after(silence.ms, () => giveUp(silence.error())) : () => {});
    let stopListening = listen();
    const settle = () => {
      stopListening();
      signal?.removeEventListener('abort', cancel);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    host.ask(op, question.request(op), {
      reject(error) {
        settle();
        reject(error);
      },
      take(event, line) {
        const answer = question.answer(event, line);
        if (answer !== null) {
          settle();
          resolve(answer);
          return 'done';
        }
        stopListening();
        stopListening = listen();
        return question.hear?.(event) ? 'more' : 'unfit';
      },
    });
  });
}

/** The erasure tool in a process of its own, speaking JSON lines (protocol.ts). */
export function createPiceaHost(options: PiceaHostOptions): Picea {
  let host: HostProcess | null = null;
  let closed = false;
  let operations = 0;

  const running = (): HostProcess => {
    if (closed) throw new BenchError('tool_unavailable', 'The erasure tool was closed.');
    if (!host?.usable) host = startHostProcess(options);
    return host;
  };
  const put = <T>(question: Question<T>): Promise<T> =>
    ask(options.clock, running, `${question.type}-${++operations}`, question);
  /** What goes to the host of a target: the epoch means something to the bench alone. */
  const named = ({ portPath, identifiers }: PiceaTarget) => ({ portPath, identifiers });

  return {
    info: () =>
      put({
        type: 'info',
        request: op => ({ type: 'info', op }),
        answer: event => (event.type === 'info' ? { product: event.product, version: event.version } : null),
        silence: { ms: infoLimitMs, error: toolSilent },
      }),

    erase: (target, { onProgress, signal }) =>
      put({
        type: 'erase',
        request: op => ({ type: 'erase', op, target: named(target) }),
        answer: (event, line) => (event.type === 'result' ? eraseResultFrom(event, line) : null),
        hear(event) {
          const progress = eraseProgressFrom(event);
          if (progress) onProgress(progress);
          return progress !== null;
        },
        signal,
      }),

    diagnose: (target, { onProgress, signal }) =>
      put({
        type: 'diagnose',
        request: op => ({ type: 'diagnose', op, target: named(target) }),
        answer: (event, line) => (event.type === 'diagnosed' ? diagnosisFrom(target.identifiers, event, line) : null),
        hear(event) {
          const progress = diagnoseProgressFrom(event);
          if (progress) onProgress(progress);
          return event.type === 'progress' || event.type === 'test_started' || event.type === 'test_finished';
        },
        signal,
        silence: { ms: diagnoseSilenceMs, error: nothingHeard },
      }),

    verify: (target, { signal }) =>
      put({
        type: 'verify',
        request: op => ({ type: 'verify', op, target: named(target) }),
        answer: (event, line) => (event.type === 'verified' ? verificationFrom(target.identifiers, event, line) : null),
        hear: event => event.type === 'progress',
        signal,
        silence: { ms: verifySilenceMs, error: nothingHeard },
      }),

    async close() {
      closed = true;
      const last = host;
      host = null;
      last?.kill('was closed');
      await last?.ended;
    },
  };
}
