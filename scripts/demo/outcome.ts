import type { Job } from '../../shared/jobs.ts';
import type { VirtualFault } from '../../shared/training.ts';
import { expected } from './job-run.ts';
import type { Verified } from './verify-all.ts';

export type DeviceOutcome = {
  device: string;
  fault: VirtualFault | null;
  ticket: string;
  erasureStatus: Job['erase']['status'];
  place: Job['place'];
  report: { sequence: number; file: string; sha256: string };
  synced: boolean;
  durationMs: number;
};

export type Outcome = {
  devices: DeviceOutcome[];
  entries: number;
  cosignedSize: number;
  reports: DeviceOutcome['report'][];
  verifications: Verified[];
  outDir: string;
  durationsMs: { total: number; perDevice: number; verification: number };
};

/** The fault of each phone in turn: the first four show every way in which an erase can end. */
export function faultsOf(devices: number): (VirtualFault | null)[] {
  const order = [null, 'lost', 'fails', 'wrong_identity'] as const;
  return Array.from({ length: devices }, (_, i) => order[i] ?? null);
}

/** Everything that does not hold, in words; empty when all is as it must be. */
export function problemsOf(outcome: Outcome): string[] {
  const { devices, verifications, entries, cosignedSize } = outcome;
  const wrong = devices.flatMap(d => {
    const want = expected[d.fault ?? 'none'];
    const right = d.erasureStatus === want.status && d.place === want.place;
    return right
      ? []
      : [
          `${d.ticket} (${d.fault ?? 'no fault'}) ended as ${d.erasureStatus}/${d.place}, not ${want.status}/${want.place}`,
        ];
  });
  const unverified = verifications.filter(v => !v.ok).map(v => `${v.file} does not verify`);
  const uncosigned = cosignedSize < entries ? [`${entries - cosignedSize} entries were not cosigned`] : [];
  const missing = verifications.length < devices.length + 1 ? ['not everything was verified'] : [];
  return [...wrong, ...unverified, ...uncosigned, ...missing];
}
