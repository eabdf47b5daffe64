/** Where every random value of the bench comes from: ids, keys, draws. */
export type Random = {
  bytes(size: number): Buffer;
  uuid(): string;
  /** RFC 9562 version 7, ordered by the given wall time in milliseconds. */
  uuidV7(nowMs: number): string;
  /** Uniform integer in [0, below). */
  integer(below: number): number;
};
