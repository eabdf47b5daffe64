import { fork } from 'node:child_process';
import { constants } from 'node:os';
import { asWhole, checkOptions, type EmitterMethod, emitting } from './strict.ts';

type UtilityMembers = Pick<Electron.UtilityProcess, 'postMessage' | 'kill' | 'pid'>;
export type UtilityProcessApi = UtilityMembers & Pick<Electron.UtilityProcess, EmitterMethod>;
export type UtilityProcessModule = {
  fork(entry: string, args?: string[], options?: Electron.ForkOptions): UtilityProcessApi;
};

const prelude = new URL('./utility-prelude.ts', import.meta.url).href;

/** utilityProcess as a forked child of Node: messages are structured-cloned both ways. */
export function createUtilityProcess(mustBeReady: (what: string) => void): UtilityProcessModule {
  return {
    fork(entry, args = [], options = {}) {
      mustBeReady('utilityProcess');
      checkOptions('utilityProcess option', options, ['serviceName', 'stdio', 'env', 'cwd']);
      const child = fork(entry, args, {
        serialization: 'advanced',
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        execArgv: ['--import', prelude],
        env: { ...(options.env ?? process.env) },
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      });
      const members: UtilityMembers = {
        pid: child.pid,
        postMessage: message => void child.send(asWhole(structuredClone({ message }))),
        kill: () => child.kill(),
      };
      const emitter = emitting('UtilityProcess', ['spawn', 'message', 'exit'], members);
      child.on('spawn', () => emitter.emit('spawn'));
      child.on('message', ({ message }: { message: unknown }) => emitter.emit('message', message));
      child.on('exit', (code, signal) => emitter.emit('exit', code ?? (signal ? 128 + constants.signals[signal] : 0)));
      child.on('error', () => {});
      return emitter as UtilityProcessApi & typeof emitter;
    },
  };
}
