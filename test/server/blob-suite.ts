import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { SealedLog } from './sealed-log.ts';

type Server = {
  enrolled(prefix: string): Promise<SealedLog>;
  ask(
    path: string,
    options?: { as?: SealedLog; body?: unknown; method?: string; headers?: Record<string, string> },
  ): Promise<{ status: number; bytes: Buffer; json(): unknown }>;
  order(subject: string): Promise<void>;
  restart(): Promise<void>;
};

const megabyte = 1024 * 1024;
const nameOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** What a server promises about the encrypted files of stations. */
export function describeBlobs({ enrolled, ask, order, restart }: Server): void {
  const subject = randomUUID();
  const put = (as: SealedLog, file: Buffer, at: number, end: number, change: Record<string, string> = {}) => {
    const query = new URLSearchParams({ subject, at: String(at), size: String(file.length), ...change });
    return ask(`/v1/blobs/${nameOf(file)}?${query}`, { as, body: file.subarray(at, end), method: 'PUT' });
  };

  test('a file goes up in pieces, from where it stopped, and comes back from any byte on', async () => {
    const log = await enrolled('AAAA');
    const file = randomBytes(2 * megabyte + 700);
    const path = `/v1/blobs/${nameOf(file)}`;
    expect((await ask(`${path}/state`, { as: log })).status).toBe(404);
    expect((await put(log, file, 0, megabyte)).status).toBe(202);
    expect((await ask(path, { as: log })).status).toBe(404);
    await restart();
    expect((await ask(`${path}/state`, { as: log })).json()).toEqual({ size: file.length, received: megabyte });
    const again = await put(log, file, 0, megabyte);
    expect(again).toMatchObject({ status: 409 });
    expect(again.json()).toMatchObject({ received: String(megabyte) });
    expect((await put(log, file, megabyte, megabyte + 5)).status).toBe(202);
    expect((await put(log, file, megabyte + 5, 2 * megabyte)).status).toBe(202);
    expect((await put(log, file, 2 * megabyte, file.length)).status).toBe(201);
    expect((await put(log, file, 0, megabyte)).status).toBe(200);
    expect((await ask(path, { as: log })).bytes.equals(file)).toBe(true);
    for (const from of [1, megabyte, megabyte + 3, file.length - 1]) {
      const rest = await ask(path, { as: log, headers: { range: `bytes=${from}-` } });
      expect(rest.status).toBe(206);
      expect(rest.bytes.equals(file.subarray(from))).toBe(true);
    }
    expect((await ask(path, { as: log, headers: { range: `bytes=${file.length}-` } })).status).toBe(416);
  });

  test('one that is not what its name says is refused, and nothing of it stays', async () => {
    const log = await enrolled('AAAA');
    const file = randomBytes(1_000);
    const altered = Buffer.from(file.map((byte, i) => (i === 500 ? byte ^ 1 : byte)));
    const query = new URLSearchParams({ subject, at: '0', size: '1000' });
    const path = `/v1/blobs/${nameOf(file)}`;
    expect((await ask(`${path}?${query}`, { as: log, body: altered, method: 'PUT' })).status).toBe(422);
    expect((await ask(`${path}/state`, { as: log })).status).toBe(404);
    expect((await put(log, file, 0, 1_000)).status).toBe(201);
  });

  test('is for the station it came from alone', async () => {
    const [log, other] = [await enrolled('AAAA'), await enrolled('BBBB')];
    const file = randomBytes(100);
    expect((await put(log, file, 0, 100)).status).toBe(201);
    expect((await ask(`/v1/blobs/${nameOf(file)}`, { as: other })).status).toBe(404);
    expect((await ask(`/v1/blobs/${nameOf(file)}`)).status).toBe(401);
    expect((await put(other, file, 0, 100)).status).toBe(201);
  });

  test('bad names, places and sizes are refused in words', async () => {
    const log = await enrolled('AAAA');
    const file = randomBytes(100);
    expect((await ask('/v1/blobs/nothing', { as: log })).status).toBe(400);
    const wrong: Record<string, string>[] = [
      { at: '-1' },
      { at: 'x' },
      { size: '0' },
      { size: '1.5' },
      { subject: 'me' },
    ];
    for (const change of wrong) expect((await put(log, file, 0, 100, change)).status).toBe(400);
    expect((await put(log, file, 0, 100, { size: String(27 * megabyte) })).status).toBe(413);
    expect((await put(log, file, 0, 100, { size: '99' })).status).toBe(409);
    expect((await put(log, file, 0, 50)).status).toBe(202);
    expect((await put(log, file, 50, 100, { subject: randomUUID() })).status).toBe(409);
    expect((await put(log, file, 50, 100, { size: '200' })).status).toBe(409);
    const large = randomBytes(megabyte + 1);
    expect((await put(log, large, 0, large.length)).status).toBe(413);
    expect(
      (await ask(`/v1/blobs/${nameOf(file)}?subject=${subject}&at=50&size=100`, { as: log, body: {}, method: 'PUT' }))
        .status,
    ).toBe(415);
  });

  test('of uploads that were begun and never ended only the newest stay', async () => {
    const log = await enrolled('AAAA');
    const files = Array.from({ length: 18 }, () => randomBytes(10));
    for (const file of files) expect((await put(log, file, 0, 5)).status).toBe(202);
    const states = await Promise.all(files.map(file => ask(`/v1/blobs/${nameOf(file)}/state`, { as: log })));
    expect(states.filter(({ status }) => status === 200)).toHaveLength(16);
    expect(states.at(-1)?.status).toBe(200);
  });

  test('goes when its subject is forgotten, and is not taken again', async () => {
    const log = await enrolled('AAAA');
    const [file, half] = [randomBytes(100), randomBytes(100)];
    await put(log, file, 0, 100);
    await put(log, half, 0, 50);
    await order(subject);
    for (const one of [file, half]) {
      expect((await ask(`/v1/blobs/${nameOf(one)}`, { as: log })).status).toBe(404);
      expect((await put(log, one, 0, 100)).status).toBe(410);
    }
  });
}
