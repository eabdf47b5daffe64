import { SerialPort } from 'serialport';
import { carriageReturn, createLineSplitter, newline } from '../child/line-splitter.ts';
import { type LineEvent, LineRequest, maxDeviceLineBytes, maxMessageBytes } from './line-protocol.ts';

/**
 * A process that holds one serial line, because closing one with unread output can hang for half a minute: the bench
 * ends it instead. Speaks JSON lines on stdin and stdout, or messages when it is a utility process of Electron.
 */

const parent = process.parentPort;

function tell(event: LineEvent): void {
  const text = JSON.stringify(event);
  if (parent) parent.postMessage(text);
  else process.stdout.write(`${text}\n`);
}

function whyRefused(words: string): (LineEvent & { type: 'refused' })['why'] {
  if (/no such file|cannot find|not found/i.test(words)) return 'missing';
  if (/permission denied/i.test(words)) return 'denied';
  if (/lock|busy|access denied|temporarily unavailable/i.test(words)) return 'busy';
  return 'other';
}

let port: SerialPort | null = null;

const lines = createLineSplitter({
  ends: [carriageReturn, newline],
  maxBytes: maxDeviceLineBytes,
  onLine: line => tell({ type: 'line', text: line.toString('latin1') }),
  onTooLong: () => tell({ type: 'too_long' }),
});

function open({ path, baudRate }: LineRequest & { type: 'open' }): void {
  const opening = new SerialPort({ path, baudRate, autoOpen: false });
  port = opening;
  opening.on('data', (chunk: Buffer) => lines.push(chunk));
  opening.on('close', () => tell({ type: 'hung_up' }));
  // A failed read or write is followed by `close`.
  opening.on('error', () => {});
  opening.open(error => {
    if (error) tell({ type: 'refused', why: whyRefused(error.message), words: error.message });
    // What came before the line was opened answers nobody.
    else opening.flush(() => tell({ type: 'opened' }));
  });
}

function obey(text: string): void {
  const request = LineRequest.parse(JSON.parse(text));
  if (request.type === 'open') open(request);
  else if (request.type === 'write') port?.write(Buffer.from(request.text, 'latin1'));
  else port?.drain(() => tell({ type: 'drained' }));
}

if (parent) {
  parent.on('message', ({ data }) => obey(String(data)));
} else {
  const messages = createLineSplitter({
    ends: [newline],
    maxBytes: maxMessageBytes,
    onLine: line => obey(line.toString('utf8')),
    onTooLong: () => process.exit(1),
  });
  process.stdin.on('data', (chunk: Buffer) => messages.push(chunk));
  process.stdin.on('end', () => process.exit(0));
}
