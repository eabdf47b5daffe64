import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';

type Message = { argv: string[]; cwd: string; data: unknown };

const connectScript = `
const socket = require('node:net').connect(process.argv[1], () => socket.end(process.argv[2]));
socket.on('error', () => process.exit(9));`;

/**
 * The lock of app.requestSingleInstanceLock: a socket in the user-data folder. Asking is synchronous, as in Electron,
 * so a second instance hands its arguments over through a short-lived process.
 */
export function createSingleInstance(onSecond: (message: Message) => void) {
  let held: string | null = null;
  return {
    request(folder: string, data: unknown): boolean {
      if (held !== null) return true;
      const socketPath = path.join(folder, 'harness.socket');
      mkdirSync(folder, { recursive: true });
      if (existsSync(socketPath)) {
        const message: Message = { argv: process.argv, cwd: process.cwd(), data: data ?? null };
        const told = spawnSync(process.execPath, ['-e', connectScript, socketPath, JSON.stringify(message)]);
        if (told.status === 0) return false;
        rmSync(socketPath, { force: true });
      }
      const server = createServer(connection => {
        let text = '';
        connection.on('data', chunk => {
          text += String(chunk);
        });
        connection.on('end', () => onSecond(JSON.parse(text) as Message));
        connection.on('error', () => {});
      });
      server.listen(socketPath).unref();
      held = socketPath;
      return true;
    },
    has: () => held !== null,
    release() {
      if (held !== null) rmSync(held, { force: true });
      held = null;
    },
  };
}
