/** Between the main process and a worker; structured-clone values, both sides are our own code. */
export type WorkerRequest = { id: number; task: string; input: unknown };
export type WorkerReply =
  | { id: number; ok: true; value: unknown }
  | { id: number; ok: false; error: { code: string; message: string } };
