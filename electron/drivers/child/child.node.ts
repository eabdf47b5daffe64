import { isUtf8 } from 'node:buffer';
import { spawn } from 'node:child_process';
import type { StartChild } from './child.ts';
import { createLineSplitter, newline } from './line-splitter.ts';

const stderrBytes = 8 * 1024;
/** How long output may still come once the process is gone; a grandchild can hold the pipe open for ever. */
const lingerMs = 1_000;

/**
 * Starts `command` as a child that speaks lines of UTF-8 over stdin and stdout. A line longer than `maxLineBytes`
 * or not in UTF-8 ends the child. Its stdin closes when the bench is gone, at which it should leave by itself.
 */
export function nodeChild(options: {
  command: string;
  args: readonly string[];
  /** Added to the environment of the bench. */
  env?: Readonly<Record<string, string>>;
  maxLineBytes: number;
}): StartChild {
  return ({ onLine, onEnd }) => {
    let ended = false;
    let cause: string | null = null;
    let stderr = Buffer.alloc(0);
    const process_ = spawn(options.command, options.args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      windowsHide: true,
    });
    const kill = () => process_.kill('SIGKILL');
    const end = (why: string) => {
      if (ended) return;
      ended = true;
      onEnd(cause ?? why, stderr.toString('utf8'));
    };
    const endFor = (fault: string) => {
      cause ??= fault;
      kill();
    };
    const lines = createLineSplitter({
      ends: [newline],
      maxBytes: options.maxLineBytes,
      onLine: line => {
        if (ended || cause !== null) return;
        if (isUtf8(line)) onLine(line.toString('utf8'));
        else endFor('printed something that is not UTF-8');
      },
      onTooLong: () => endFor(`printed a line longer than ${options.maxLineBytes} bytes`),
    });

    process_.stdout.on('data', (chunk: Buffer) => lines.push(chunk));
    process_.stderr.on('data', (chunk: Buffer) => {
      stderr = Buffer.concat([stderr, chunk]).subarray(-stderrBytes);
    });
    // A pipe that breaks is told by the end of the process.
    for (const pipe of [process_.stdin, process_.stdout, process_.stderr]) pipe.on('error', () => {});
    process_.on('error', error => end(`could not be started: ${error.message}`));
    process_.on('exit', () => {
      const linger = setTimeout(() => {
        // After one more look at the pipes: a process that was busy for long has not read yet what came in time.
        setImmediate(() => {
          process_.stdout.destroy();
          process_.stderr.destroy();
        });
      }, lingerMs);
      process_.on('close', () => clearTimeout(linger));
    });
    process_.on('close', (code, signal) => end(signal ? `was ended by ${signal}` : `ended with code ${code}`));

    return {
      send(line) {
        if (process_.stdin.writable) process_.stdin.write(`${line}\n`);
      },
      kill,
    };
  };
}
