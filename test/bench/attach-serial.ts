import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createSerialAdapter } from '../../electron/drivers/serial/serial.node.ts';
import type { Client } from '../../shared/client.ts';
import { usualAnswers } from '../peers/modem-answers.ts';
import { createSerialLine, noSerialLines } from '../support/serial-line.ts';
import { staff, startStation } from '../support/start-station.ts';
import { heardOf } from './heard.ts';
import { line, summed } from './statistics.ts';

const count = 9;
const bitsPerByte = 10;
const baudRates = [9_600, 115_200] as const;

/** Every command and answer of one identification over the line once, the echo of the first two included. */
const bytesOnLine = Object.entries(usualAnswers).reduce((sum, [command, lines], at) => {
  const asked = `${command}\r`.length * (at < 2 ? 2 : 1);
  return sum + asked + lines.reduce((all, text) => all + `\r\n${text}\r\n`.length, 0) + '\r\nOK\r\n'.length;
}, 0);

/** From the moment a modem stands at its line until the bench has read it, beside what its bytes alone take. */
export async function benchAttachSerial(): Promise<string[]> {
  if (noSerialLines !== null) return [`not measured: ${noSerialLines}`];
  const clock = createNodeClock();
  const place = createSerialLine();
  const adapter = createSerialAdapter({ paths: [place.path], clock, scanMs: 20 });
  const bench = await startStation({ drivers: { clock, adapters: [adapter] } });
  try {
    const { technician } = await staff(bench);
    const commands = Object.keys(usualAnswers).length;
    const lines = [`one identification: ${commands} commands, ${bytesOnLine} bytes`];
    for (const baud of baudRates) {
      const floorMs = (bytesOnLine * bitsPerByte * 1_000) / baud;
      // A pseudo-terminal has no speed of its own: the modem takes the time its bytes would.
      const timing = await identified(technician, place, floorMs / commands);
      const floor = { name: 'the bytes alone', timing: { medianMs: floorMs, p95Ms: floorMs, count: 1 } };
      lines.push(line(`attach to identified, serial at ${baud} baud`, timing, floor));
    }
    return lines;
  } finally {
    await bench.close();
    await place.remove();
  }
}

async function identified(client: Client, place: ReturnType<typeof createSerialLine>, delayMs: number) {
  const samples: number[] = [];
  for (let at = -1; at < count; at++) {
    const read = heardOf(client, 'ready');
    const startedAt = performance.now();
    await place.plug({ delayMs });
    const tookMs = (await read) - startedAt;
    if (at >= 0) samples.push(tookMs);
    await place.pull();
  }
  return summed(samples);
}
