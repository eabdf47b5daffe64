export type ToolName = 'ideviceinfo' | 'idevicediagnostics';

/** What a program of libimobiledevice printed, or why it printed nothing of use. */
export type ToolAnswer =
  | { kind: 'printed'; output: string }
  /** `code` is libimobiledevice's own, such as -17; null when it told none. */
  | { kind: 'failed'; code: number | null }
  | { kind: 'timeout' };

/** The programs of libimobiledevice; each run is a child that is killed at its limit or by the signal, which rejects. */
export type Tools = {
  run(tool: ToolName, args: readonly string[], limitMs: number, signal: AbortSignal): Promise<ToolAnswer>;
};
