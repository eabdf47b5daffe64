import type { Identifiers } from '../../../shared/devices.ts';
import type {
  CheckAnswer,
  DeviceCheck,
  DiagnosticOutcome,
  DiagnosticResult,
  DiagnosticTest,
} from '../../../shared/diagnostics.ts';

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

export type DiagnoseProgress =
  | { kind: 'started'; test: DiagnosticTest }
  | { kind: 'progress'; percent: number; phase: string }
  | { kind: 'finished'; test: DiagnosticTest; outcome: DiagnosticOutcome };

/** What every answer about a device says of itself. */
export type Told = {
  operationId: string;
  /** Identifiers that the SDK itself read; none when it cannot read any. Never those of another device. */
  identifiers: Identifiers;
  startedAt: string;
  endedAt: string;
  /** The result exactly as the SDK host sent it, UTF-8. */
  raw: string;
};

/** What the SDK found of a device's hardware. Tests that the bench has no id for are in `raw` alone; none stands twice. */
export type Diagnosis = Told & { results: DiagnosticResult[] };

/** What the SDK answered to each check; `unknown` where it did not. */
export type Verification = Told & { checks: Record<DeviceCheck, CheckAnswer> };

/** The device as the bench knows it, for the SDK to find it by connector and identity. */
export type PiceaTarget = { portPath: string; epoch: string; identifiers: Identifiers };

/** The erasure tool. */
export type Picea = {
  /** Rejects with `tool_unavailable` and says why. */
  info(): Promise<PiceaInfo>;
  /**
   * Erases. Resolves with the SDK's result, success or not. Rejects with `tool_unavailable` when the host dies or
   * breaks the protocol (the outcome on the device is then unknown), with the signal's reason when cancelled.
   */
  erase(
    target: PiceaTarget,
    options: { onProgress: (progress: EraseProgress) => void; signal: AbortSignal },
  ): Promise<EraseResult>;
  /**
   * Tests the hardware. Rejects with `tool_unavailable` when the host dies, breaks the protocol or is silent for ten
   * minutes, with `identity_mismatch` when the result names another device, with `device_lost`, `device_silent`,
   * `device_busy` or `state_refused` (model not supported) as the SDK says, with the signal's reason when cancelled.
   */
  diagnose(
    target: PiceaTarget,
    options: { onProgress: (progress: DiagnoseProgress) => void; signal: AbortSignal },
  ): Promise<Diagnosis>;
  /** Asks the checks. Rejects as `diagnose` does, but gives up after a minute of silence. */
  verify(target: PiceaTarget, options: { signal: AbortSignal }): Promise<Verification>;
  close(): Promise<void>;
};
