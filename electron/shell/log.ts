/** One JSON line on standard error. The shell logs before the station can and after it is closed. */
export function logLine(line: Record<string, unknown>): void {
  process.stderr.write(`${JSON.stringify(line)}\n`);
}
