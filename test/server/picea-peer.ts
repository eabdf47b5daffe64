import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type PeerTransaction = { uid: string; type: number; index: number; pdf: Buffer | number };

/** A peer that speaks the Reporting API as it was published, two transactions a page. */
export async function startPiceaPeer() {
  const account = { clientId: 'client-1', apiId: 'api-1', apiKey: 'key-1' };
  const transactions: PeerTransaction[] = [];
  const asked: string[] = [];
  const orders: { status: number | null } = { status: null };

  const answer = (command: string, signature: unknown, client: unknown, body: Buffer): Buffer | object => {
    const wanted = createHash('sha256').update(account.apiKey).update(account.apiId).update(body).digest('hex');
    if (client !== account.clientId) return { status: 1001 };
    if (signature !== wanted) return { status: 1000 };
    if (orders.status !== null) return { status: orders.status };
    const request: { startindex?: number; uid?: string } = JSON.parse(body.toString('utf8'));
    asked.push(`${command} ${request.startindex ?? request.uid}`);
    if (command === 'get_transactions_ex') {
      const page = transactions.filter(({ index }) => index >= (request.startindex ?? 0)).slice(0, 2);
      const shown = page.map(({ uid, type, index }) => ({
        uid,
        type,
        index,
        type_string: 'erase',
        imei: '490154203237518',
      }));
      return page.length === 0 ? { status: 1007 } : { status: 0, transactions: shown };
    }
    if (command !== 'get_pdf_report') return { status: 1004 };
    const pdf = transactions.find(({ uid }) => uid === request.uid)?.pdf ?? 1007;
    return typeof pdf === 'number' ? { status: pdf } : pdf;
  };

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { 'x-piceasoft-signature': signature, 'x-piceasoft-client-id': client } = request.headers;
    const command = request.url?.replace('/reporting/v1/', '') ?? '';
    const said = answer(command, signature, client, Buffer.concat(chunks));
    response.end(Buffer.isBuffer(said) ? said : JSON.stringify(said));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    account: { ...account, url: `http://127.0.0.1:${port}/reporting/v1` },
    transactions,
    asked,
    orders,
    stop: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
