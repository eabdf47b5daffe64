import type { JobId } from '../../../shared/ids.ts';
import type { IdentityRead } from '../../drivers/devices/adapter.ts';
import type { InterruptionCause } from './job.types.ts';

/** How this feature sees a claimed device; the devices feature makes it. */
export type EraseClaim = {
  readonly portPath: string;
  /** Epoch on the cable just now; null while the device is away. */
  epoch(): string | null;
  identify(signal: AbortSignal): Promise<IdentityRead>;
  onPresence(listener: (present: boolean) => void): () => void;
  release(outcome: { same: boolean }): void;
};

/** One erase under way. */
export type EraseRun = {
  readonly jobId: JobId;
  readonly claim: EraseClaim;
  readonly abort: AbortController;
  /** On the monotonic clock: nobody can set it meanwhile. */
  readonly startedNs: bigint;
  /** Why the bench itself ended it; null while it did not. */
  stoppedBy: InterruptionCause | null;
};

export type ErasePolicy = {
  /** An erase that reports nothing for so long is taken as interrupted. */
  stallMs: number;
  /** No real erase is over sooner. */
  plausibleMs: number;
  /** How long a device may take to come back for the check after a successful erase. */
  returnMs: number;
};
