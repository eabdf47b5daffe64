/** A process that exchanges lines of text with the bench. */
export type Child = {
  /** Sends one line; lost without error when the process has ended. */
  send(line: string): void;
  /** Ends it at once, whatever it does. */
  kill(): void;
};

export type ChildEvents = {
  onLine(line: string): void;
  /** Called once, last, with what happened in words ("ended with code 3") and the tail of what it wrote to stderr. */
  onEnd(why: string, stderr: string): void;
};

/** Starts one such process. Never throws: a process that cannot be started ends at once. */
export type StartChild = (events: ChildEvents) => Child;
