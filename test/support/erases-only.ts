import type { Picea } from '../../electron/drivers/picea/picea.ts';

const unasked = () => Promise.reject(new Error('This tool tests nothing.'));

/** What a scripted tool answers when it is asked for anything but erasing. */
export const erasesOnly: Pick<Picea, 'diagnose' | 'verify'> = { diagnose: unasked, verify: unasked };
