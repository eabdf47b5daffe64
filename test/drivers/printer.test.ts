import { spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createNodePrinter } from '../../electron/drivers/printer/printer.node.ts';
import { serialLineChild } from '../../electron/drivers/serial/serial.node.ts';
import { describeWithTools } from '../support/tools.ts';
import { until, untilDone } from '../support/until.ts';

const printer = (spooler?: string) =>
  createNodePrinter({
    clock: createNodeClock(),
    startLine: serialLineChild(),
    ...(spooler === undefined ? {} : { spooler }),
  });
/** More than one message of a serial line's process, with bytes outside ASCII. */
const label = Buffer.from(`^XA^CI28^FD${'Größe – 深圳 '.repeat(200)}^FS^XZ\n`, 'utf8');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'printer-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function listen(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('a printer on the network', () => {
  test('gets every byte, and may say what it likes', async () => {
    const received: Buffer[] = [];
    const server = createServer(socket => {
      socket.on('data', chunk => received.push(chunk));
      socket.write('status '.repeat(10_000));
      socket.on('end', () => socket.end());
    });
    const port = await listen(server);
    await printer().print({ kind: 'tcp', host: '127.0.0.1', port }, label);
    expect(Buffer.concat(received).equals(label)).toBe(true);
    await new Promise(resolve => server.close(resolve));
    await expect(printer().print({ kind: 'tcp', host: '127.0.0.1', port }, label)).rejects.toMatchObject({
      code: 'printer_unavailable',
      message: expect.stringContaining('Check its address'),
    });
  });

  test('that hangs up in the middle is an error', async () => {
    const server = createServer(socket => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    const port = await listen(server);
    const large = Buffer.alloc(20_000_000, 65);
    await expect(printer().print({ kind: 'tcp', host: '127.0.0.1', port }, large)).rejects.toMatchObject({
      code: 'printer_unavailable',
    });
    await new Promise(resolve => server.close(resolve));
  });
});

/** The print server locks its device there; null when it can. */
function whyNoPrintServer(): string | null {
  try {
    mkdirSync('/var/lock/p910nd', { recursive: true });
    return null;
  } catch {
    return ' (skipped: /var/lock/p910nd cannot be made by this user)';
  }
}

describeWithTools('a printer behind a print server of others', ['p910nd'], () => {
  const why = whyNoPrintServer();
  test.skipIf(why)(`p910nd writes to its device what was sent${why ?? ''}`, async () => {
    const device = join(folder, 'device');
    writeFileSync(device, '');
    const daemon = spawn('p910nd', ['-d', '-f', device, '-i', '127.0.0.1', '2'], { stdio: 'ignore' });
    try {
      await untilDone(() => printer().print({ kind: 'tcp', host: '127.0.0.1', port: 9102 }, label));
      await until(() => readFileSync(device).length >= label.length, 'the device got it');
      expect(readFileSync(device).subarray(0, label.length).equals(label)).toBe(true);
    } finally {
      daemon.kill('SIGKILL');
    }
  });
});

describeWithTools('a printer on a serial line', ['socat'], () => {
  test('gets every byte', async () => {
    const [line, out] = [join(folder, 'line'), join(folder, 'out')];
    const socat = spawn('socat', ['-u', `PTY,link=${line},raw,echo=0`, `CREATE:${out}`], {
      stdio: 'ignore',
    });
    try {
      const target = { kind: 'serial', path: line, baudRate: 115_200 } as const;
      await until(() => existsSync(line), 'the pseudo-terminal is there');
      // What a pseudo-terminal still holds when its last user closes it can be lost, unlike what is on a wire.
      const held = openSync(line, constants.O_RDWR | constants.O_NOCTTY);
      await printer().print(target, label);
      await until(() => readFileSync(out).length >= label.length, 'it was written');
      closeSync(held);
      expect(readFileSync(out).equals(label)).toBe(true);
    } finally {
      socat.kill('SIGKILL');
    }
  });

  test('that does not exist is named', async () => {
    const target = { kind: 'serial', path: join(folder, 'none'), baudRate: 9600 } as const;
    await expect(printer().print(target, label)).rejects.toMatchObject({ code: 'port_unavailable' });
  });
});

describe('a printer behind the spooler', () => {
  const program = (script: string) => {
    const path = join(folder, 'lp');
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const target = { kind: 'spooler', queue: 'labels-1' } as const;

  test.skipIf(process.platform === 'win32')('the queue gets the bytes untouched', async () => {
    const spooler = program(`echo "$@" > ${folder}/arguments; cat > ${folder}/job`);
    await printer(spooler).print(target, label);
    expect(readFileSync(join(folder, 'job')).equals(label)).toBe(true);
    expect(readFileSync(join(folder, 'arguments'), 'utf8').trim()).toBe('-s -d labels-1 -o raw -- -');
  });

  test('a refusal and a missing spooler say what to do', async () => {
    await expect(printer(program('exit 1')).print(target, label)).rejects.toMatchObject({
      code: 'printer_unavailable',
      message: expect.stringContaining('queue labels-1'),
    });
    await expect(printer(join(folder, 'nothing')).print(target, label)).rejects.toMatchObject({
      message: expect.stringContaining('no print spooler'),
    });
  });
});
