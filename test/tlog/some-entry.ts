import type { LeafEnvelope } from '../../shared/tlog/entry.ts';

/** An entry that fits its envelope. */
export function someEntry(given: Partial<LeafEnvelope> = {}): LeafEnvelope {
  return {
    v: 1,
    seq: 0,
    id: '01936f2e-0000-7000-8000-000000000001',
    type: 'station.set_up',
    at: '2026-01-01T00:05:00.123Z',
    boot: '4f8f5ae8-6d0f-4d53-9e31-0f6f0c6f0001',
    mono: '1234567890',
    origin: 'audit.example/s/1/0',
    data: {},
    pii: [],
    ...given,
  };
}
