/**
 * A phone's modem on stdin and stdout, to stand behind a pseudo-terminal. Commands are obeyed one after the other, as a
 * modem does: a slow answer delays the answers after it. What it does is ordered by MODEM, as JSON.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { usualAnswers } from './modem-answers.ts';

/** Orders to the modem; see `obey`. */
export type ModemScript = {
  /** Echo at the start; ATE0 turns it off. */
  echo?: boolean;
  /** Information lines for each command; null refuses it. Added to those of the usual phone. */
  answers?: Record<string, string[] | null>;
  /** Before each answer. */
  delayMs?: number;
  /** Before the first answer to that command only. */
  lateMs?: Record<string, number>;
  /** Commands never answered, not even by an error. */
  swallowed?: string[];
  /** So many characters at the start are lost, as while speed is detected. */
  deafFor?: number;
  /** Sends what nobody asked for before each information line and before each result. */
  chatty?: boolean;
  /** Sends one byte at a time. */
  dribble?: boolean;
  /** Bytes (base64) put out before each answer to that command. */
  noise?: Record<string, string>;
  /** Gives half an answer to that command and hangs up. */
  hangUpAt?: string;
  /** Never stops talking, as fast as the line takes it, and answers nothing. */
  floods?: boolean;
  /** Answers nothing at all. */
  silent?: boolean;
};

const script: ModemScript = JSON.parse(process.env.MODEM ?? '{}');
const answers: Record<string, readonly string[] | null> = { ...usualAnswers, ...script.answers };
const late = new Map(Object.entries(script.lateMs ?? {}));
let echo = script.echo ?? true;
let deaf = script.deafFor ?? 0;

async function put(text: string | Buffer): Promise<void> {
  const bytes = Buffer.from(text);
  if (!script.dribble) process.stdout.write(bytes);
  for (let at = 0; script.dribble && at < bytes.length; at++) {
    process.stdout.write(bytes.subarray(at, at + 1));
    await pause(1);
  }
}
const chat = () => (script.chatty ? put('\r\nRING\r\n\r\n+CREG: 1\r\n\r\n^RSSI: 17\r\n') : null);

async function obey(command: string): Promise<void> {
  if (script.silent || script.floods || script.swallowed?.includes(command)) return;
  const lateMs = late.get(command) ?? 0;
  late.delete(command);
  await pause((script.delayMs ?? 0) + lateMs);
  const lines = answers[command];
  const noise = script.noise?.[command];
  if (noise !== undefined) await put(Buffer.from(noise, 'base64'));
  if (script.hangUpAt === command) {
    await put(`\r\n${(lines?.[0] ?? '').slice(0, 6)}`);
    process.exit(0);
  }
  for (const line of lines ?? []) {
    await chat();
    await put(`\r\n${line}\r\n`);
  }
  await chat();
  await put(lines ? '\r\nOK\r\n' : command.startsWith('AT+') ? '\r\n+CME ERROR: 4\r\n' : '\r\nERROR\r\n');
  if (command === 'ATE0') echo = false;
}

async function flood(): Promise<void> {
  const block = Buffer.from('+CREG: 1\r\n'.repeat(5_000));
  for (;;) await new Promise(resolve => process.stdout.write(block, resolve));
}
if (script.floods) void flood();

let typed = '';
let queue = Promise.resolve();
process.stdin.on('data', (chunk: Buffer) => {
  for (const character of chunk.toString('latin1')) {
    if (deaf > 0) {
      deaf -= 1;
      continue;
    }
    if (echo && !script.silent) process.stdout.write(character);
    if (character !== '\r') {
      typed += character;
      continue;
    }
    const command = typed.trim().toUpperCase();
    typed = '';
    if (command) queue = queue.then(() => obey(command));
  }
});
process.stdin.on('end', () => process.exit(0));
