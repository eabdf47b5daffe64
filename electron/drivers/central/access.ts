import type { KeyObject } from 'node:crypto';
import type { Answer } from './answers.ts';

/** Who the station is to a server. */
export type StationCredentials = {
  stationId(): string;
  /** Verifier key of the server's fleet log, to which assertions are addressed; null before enrolment. */
  audience(): string | null;
  /** Ed25519. */
  authKey: KeyObject;
  /** Base64 SHA-256 of the key that the server's certificate must have; null for any that is valid. */
  pin: string | null;
  /** Milliseconds since 1970. */
  now(): number;
};

/** Asks a path of the server, or a whole address of it, and answers whatever came back. */
export type Ask = (path: string, init: RequestInit, signal: AbortSignal, maxBytes?: number) => Promise<Answer>;

/** Lets requests of a station pass. */
export type Access = {
  /** Headers that prove who asks; an answer of the server instead when it gives no token. */
  headers(method: string, url: URL, base: URL, signal: AbortSignal): Promise<Record<string, string> | Answer>;
  /** Told of a 401 to a request with these headers; true when asking once more may help. */
  refused(answer: Answer, headers: Record<string, string>): boolean;
};
