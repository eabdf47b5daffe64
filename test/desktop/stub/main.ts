// The shell around a station that answers from a table: what the shell does itself can be shown without a real one.
import { setTimeout as delay } from 'node:timers/promises';
import { app } from 'electron';
import { startDesktop } from '../../../electron/shell/desktop.ts';
import { BenchError, ErrorCode } from '../../../shared/errors.ts';

type Listener = (event: string, payload: unknown) => void;

const listeners = new Map<string, Set<Listener>>();
const note = (line: string) => process.stdout.write(`${line}\n`);
const refusedWith = ErrorCode.safeParse(process.env.STUB_START_FAILURE);

app.on('quit', () => note('quit'));
startDesktop(async () => {
  if (refusedWith.success) throw new BenchError(refusedWith.data, 'Do what this message says.');
  if (process.env.STUB_START_FAILURE) throw new Error('nobody planned this');
  note('opening');
  await delay(50);
  return {
    async call(connection, name, input) {
      note(`call ${name}`);
      if (name === 'stub.echo') return { ok: true, value: { connection, input } };
      if (name === 'stub.push') {
        for (let n = 0; n < Number(input); n++) {
          for (const listener of listeners.get(connection) ?? []) listener('stub.pushed', n);
        }
        return { ok: true, value: null };
      }
      if (name === 'stub.throw') throw new RangeError('a station never does this');
      return { ok: true, value: null };
    },
    subscribe(connection, listener) {
      const held = listeners.get(connection) ?? new Set();
      listeners.set(connection, held.add(listener));
      note('subscribed');
      return () => {
        held.delete(listener);
        note('unsubscribed');
      };
    },
    closeConnection: () => note('connection closed'),
    lockAll: () => note('locked'),
    async close() {
      note('closing');
      await delay(50);
      note('closed');
    },
  };
});
