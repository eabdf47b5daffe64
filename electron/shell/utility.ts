import { utilityProcess } from 'electron';

export type Utility = { send(message: unknown): void; kill(): void };

/**
 * Runs a module in a process of its own and exchanges structured-clone messages with it. A packaged Electron runs no
 * plain Node, so this is the only way. `end` is called once, with the exit code.
 */
export function startUtility(
  program: { entry: string; args: readonly string[]; name: string },
  on: { message(message: unknown): void; end(code: number): void },
): Utility {
  const child = utilityProcess.fork(program.entry, [...program.args], { serviceName: program.name, stdio: 'inherit' });
  child.on('message', on.message);
  child.once('exit', on.end);
  return { send: message => child.postMessage(message), kill: () => void child.kill() };
}
