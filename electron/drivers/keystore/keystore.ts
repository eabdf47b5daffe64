/**
 * Where secrets rest. Values are opaque text (base64 for keys). Throws BenchError `keystore_unavailable` when it is
 * locked or missing; never falls back to something weaker.
 */
export type Keystore = {
  /** How strongly it protects, as shown to the admin. */
  readonly strength: 'os' | 'file' | 'memory';
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
};
