import { SerialPort } from 'serialport';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createSerialAdapter } from '../../electron/drivers/serial/serial.node.ts';
import { usualAnswers } from '../peers/modem-answers.ts';
import { createSerialLine, noSerialLines } from '../support/serial-line.ts';
import { staff, startStation } from '../support/start-station.ts';
import { heardOf } from './heard.ts';
import { line, summed } from './statistics.ts';

const count = 9;
const bitsPerByte = 10;
const baudRates = [9_600, 115_200] as const;
const commands = Object.keys(usualAnswers);

/** Every command and answer of one identification over the line once, the echo of the first two included. */
const bytesOnLine = Object.entries(usualAnswers).reduce((sum, [command, lines], at) => {
  const asked = `${command}\r`.length * (at < 2 ? 2 : 1);
  return sum + asked + lines.reduce((all, text) => all + `\r\n${text}\r\n`.length, 0) + '\r\nOK\r\n'.length;
}, 0);

/** From the moment a line is there until its modem is identified, beside the same commands with nothing but a serial port. */
export async function benchAttachSerial(): Promise<string[]> {
  if (noSerialLines !== null) return [`not measured: ${noSerialLines}`];
  const clock = createNodeClock();
  const [watched, bare] = [createSerialLine(), createSerialLine()];
  const adapter = createSerialAdapter({ paths: [watched.path], clock, scanMs: 20 });
  const bench = await startStation({ drivers: { clock, adapters: [adapter] } });
  try {
    const { technician } = await staff(bench);
    const lines = [`one identification: ${commands.length} commands, ${bytesOnLine} bytes`];
    for (const baud of baudRates) {
      const bytesMs = (bytesOnLine * bitsPerByte * 1_000) / baud;
      // A pseudo-terminal has no speed of its own: the modem takes the time its bytes would.
      const script = { delayMs: bytesMs / commands.length };
      const [talked, identified]: [number[], number[]] = [[], []];
      for (let at = -1; at < count; at++) {
        await bare.plug(script);
        const startedAt = performance.now();
        await talk(bare.path);
        const talkedMs = performance.now() - startedAt;
        await bare.pull();
        const read = heardOf(technician, 'ready');
        await watched.plug(script);
        const pluggedAt = performance.now();
        const identifiedMs = (await read) - pluggedAt;
        await watched.pull();
        if (at < 0) continue;
        talked.push(talkedMs);
        identified.push(identifiedMs);
      }
      const floor = summed(talked);
      lines.push(
        line(`the same commands alone at ${baud} baud, ${bytesMs.toFixed(0)} ms of it the bytes`, floor),
        line(`attach to identified, serial`, summed(identified), { name: 'the commands alone', timing: floor }),
      );
    }
    return lines;
  } finally {
    await bench.close();
    await watched.remove();
    await bare.remove();
  }
}

/** Asks every command, each as soon as the last was answered. */
async function talk(path: string): Promise<void> {
  const port = new SerialPort({ path, baudRate: 115_200, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open(error => (error ? reject(error) : resolve())));
  try {
    for (const command of commands) {
      const answered = new Promise<void>(resolve => {
        let heard = '';
        port.on('data', function take(chunk: Buffer) {
          heard += chunk.toString('latin1');
          if (!heard.includes('\r\nOK\r\n')) return;
          port.off('data', take);
          resolve();
        });
      });
      port.write(`${command}\r`);
      await answered;
    }
  } finally {
    await new Promise<void>(resolve => port.close(() => resolve()));
  }
}
