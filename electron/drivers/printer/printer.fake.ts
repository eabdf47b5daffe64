import { BenchError } from '../../../shared/errors.ts';
import type { PrinterTarget } from '../../../shared/labels.ts';
import type { Printer } from './printer.ts';

/** Keeps what was printed; out of paper while `broken`. */
export function createFakePrinter() {
  const printed: { target: PrinterTarget; text: string }[] = [];
  const state = { broken: false };
  const printer: Printer = {
    async print(target, bytes) {
      if (state.broken) throw new BenchError('printer_unavailable', 'The printer is out of paper.');
      printed.push({ target, text: Buffer.from(bytes).toString('utf8') });
    },
  };
  return { ...printer, printed, state };
}
