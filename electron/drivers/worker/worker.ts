/** Work that would block the main process runs in one of its own. Input and output are structured-clone values. */
export type Worker<Tasks extends Record<string, { input: unknown; output: unknown }>> = {
  run<T extends keyof Tasks & string>(task: T, input: Tasks[T]['input']): Promise<Tasks[T]['output']>;
  close(): Promise<void>;
};
