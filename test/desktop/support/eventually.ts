import { expect } from 'vitest';

type Eventually<T> = ReturnType<typeof expect.poll<T>>;

/** Asks again and again until the expectation holds: another process has been told something and takes its time. */
export const eventually = <T>(ask: () => T): Eventually<T> => expect.poll(ask, { timeout: 15_000 });
