import { createHash } from 'node:crypto';
import { z } from 'zod';

export type PiceaAccount = { url: string; clientId: string; apiId: string; apiKey: string };

const timeoutMs = 30_000;
const mostBytes = 26 * 1024 * 1024;
const notReady = 1006;
const notFound = 1007;
const busy = 1008;

const words: Readonly<Record<number, string>> = {
  [-1]: 'Picea had an internal error. Try again later.',
  1000: 'Picea refused the signature. Check the API key and the API id.',
  1001: 'Picea does not know this client. Check the client id.',
  1002: 'Picea refused the parameters.',
  1003: 'The database of Picea failed. Try again later.',
  1004: 'Picea does not know this command.',
  1005: 'Picea could not read the request.',
  1009: 'Picea denied access. Ask the vendor what the account may read.',
  1010: 'Picea has no valid PDF of this transaction.',
  1011: 'Picea does not have this language.',
};

const Status = z.object({ status: z.int() });
const Transactions = z.object({
  transactions: z
    .array(
      z.object({
        uid: z.string().min(1).max(128),
        type: z.int(),
        index: z
          .int()
          .nonnegative()
          .max(Number.MAX_SAFE_INTEGER - 1),
      }),
    )
    .max(10_000),
});
/** A transaction as it is kept: nothing in it names a device. */
export type PiceaTransaction = z.infer<typeof Transactions>['transactions'][number];

/** Picea could not answer; `status` is its own code, null when what came was not an answer of its protocol. */
export class PiceaError extends Error {
  readonly status: number | null;
  constructor(status: number | null, message: string) {
    super(message);
    this.status = status;
  }
}

/** The published Reporting API. Calls throw PiceaError with words; `later` stands for "busy" and "not ready". */
export function createPiceaApi({ url, clientId, apiId, apiKey }: PiceaAccount) {
  const base = url.endsWith('/') ? url : `${url}/`;

  const ask = async (command: string, request: object): Promise<Buffer> => {
    const body = JSON.stringify(request);
    const signature = createHash('sha256').update(`${apiKey}${apiId}${body}`).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'x-piceasoft-client-id': clientId,
      'x-piceasoft-signature': signature,
    };
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(new URL(command, base), {
        method: 'POST',
        headers,
        body,
        redirect: 'error',
        signal,
      });
      if (response.status !== 200) throw new PiceaError(null, `Picea answered with HTTP ${response.status}.`);
      return await read(response);
    } catch (error) {
      if (error instanceof PiceaError) throw error;
      throw new PiceaError(null, 'Picea cannot be reached. Check the address and the network.');
    }
  };

  return {
    clientId,
    /** Transactions from this index on, in any order; none when there are no newer ones. */
    async transactions(from: number): Promise<PiceaTransaction[] | 'later'> {
      const answer = jsonIn(await ask('get_transactions_ex', { startindex: from }));
      const status = statusOf(answer);
      if (status === notFound) return [];
      if (status === busy || status === notReady) return 'later';
      if (status !== 0) throw failed(status);
      const parsed = Transactions.safeParse(answer);
      if (!parsed.success)
        throw new PiceaError(null, 'Picea answered with something else than a list of transactions.');
      return parsed.data.transactions;
    },
    /** The PDF of a transaction; `none` when Picea has none. */
    async pdf(uid: string): Promise<Buffer | 'later' | 'none'> {
      const bytes = await ask('get_pdf_report', { uid });
      if (bytes.subarray(0, 5).toString('latin1') === '%PDF-') return bytes;
      const status = statusOf(jsonIn(bytes));
      if (status === busy || status === notReady) return 'later';
      if (status === notFound || status === 1010) return 'none';
      throw failed(status);
    },
  };
}

export type PiceaApi = ReturnType<typeof createPiceaApi>;

async function read(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > mostBytes) throw new PiceaError(null, 'The answer of Picea is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function jsonIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new PiceaError(null, 'Picea answered with something else than JSON.');
  }
}

function statusOf(answer: unknown): number {
  const parsed = Status.safeParse(answer);
  if (!parsed.success) throw new PiceaError(null, 'Picea answered without a status.');
  return parsed.data.status;
}

function failed(status: number): PiceaError {
  return new PiceaError(status, words[status] ?? `Picea answered with status ${status}.`);
}
