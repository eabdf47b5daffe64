import type { Identifiers } from '../../../shared/devices.ts';

/** What the SDK host says it is. Every vendor name here is an assumption until the vendor confirms: docs/picea.md. */
export type PiceaInfo = { product: string; version: string };

export type EraseProgress =
  | { kind: 'progress'; percent: number; phase: string }
  /** The SDK announces that the device reboots and may vanish for `windowMs`. */
  | { kind: 'reboot'; windowMs: number };

/** What the SDK reported at the end of an erase. Nothing here is a verdict: the job machine decides. */
export type EraseResult = {
  operationId: string;
  success: boolean;
  /** Code and words of the SDK when it failed. */
  failure: { code: string; message: string } | null;
  /** Identifiers that the SDK itself read, before and after. */
  identifiers: Identifiers;
  technique: string | null;
  /** NIST SP 800-88 category as the tool reported it; null when it did not. */
  category: 'clear' | 'purge' | 'destroy' | null;
  startedAt: string;
  endedAt: string;
  /** The result exactly as the SDK host sent it, UTF-8. */
  raw: string;
  /** Certificate file of the SDK where it gives one. */
  certificate: { mediaType: string; bytes: Buffer } | null;
};

/** The device as the bench knows it, for the SDK to find it by connector and identity. */
export type EraseTarget = { portPath: string; epoch: string; identifiers: Identifiers };

/** The erasure tool. */
export type Picea = {
  /** Rejects with `tool_unavailable` and says why. */
  info(): Promise<PiceaInfo>;
  /**
   * Erases. Resolves with the SDK's result, success or not. Rejects with `tool_unavailable` when the host dies or
   * breaks the protocol (the outcome on the device is then unknown), with the signal's reason when cancelled.
   */
  erase(
    target: EraseTarget,
    options: { onProgress: (progress: EraseProgress) => void; signal: AbortSignal },
  ): Promise<EraseResult>;
  close(): Promise<void>;
};
