import type { PrinterTarget } from '../../../shared/labels.ts';

/** Sends bytes in a printer's own language to it. */
export type Printer = {
  /**
   * Resolves when the printer, or its queue, took every byte. Rejects with `printer_unavailable` and what to do within
   * half a minute, whatever the printer does.
   */
  print(target: PrinterTarget, bytes: Uint8Array): Promise<void>;
};
