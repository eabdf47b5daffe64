import { describe, expect, test } from 'vitest';
import type { StationLog } from './station-client.ts';

type Server = {
  enrolled(prefix?: string): Promise<StationLog>;
  send(log: StationLog, body: Buffer): Promise<Response>;
  get(path: string): Promise<Response>;
  expectProblem(response: Response, status: number, words: RegExp): Promise<void>;
};

type Leaf = { type: string; data: Record<string, unknown> };

/** What a server promises about logs that change their key. */
export function describeKeys({ enrolled, send, get, expectProblem }: Server): void {
  const leavesOf = async (log: StationLog): Promise<Leaf[]> => {
    const proof = (await (await get(`/fleet/stations/${log.oh}/proof`)).json()) as {
      entry: string;
      rotations: { entry: string }[];
    };
    return [proof, ...proof.rotations].map(({ entry }) => JSON.parse(entry) as Leaf);
  };

  describe('a log that changes its key', () => {
    test('is taken with both signatures; the fleet log tells from which size on, and the old key is retired there', async () => {
      const log = await enrolled();
      log.write(3);
      expect((await send(log, log.batch(0, 3))).status).toBe(200);
      const next = log.rotate();
      log.write(2);
      expect((await send(log, log.batch(3, 6))).status).toBe(200);
      const [, rotated, ...more] = await leavesOf(log);
      expect(more).toEqual([]);
      expect(rotated).toMatchObject({
        type: 'key.rotated',
        data: { origin: log.origin, previous: log.vkey, vkey: next.vkey, size: 4 },
      });
      log.write(1);
      log.signWith(log.signer);
      await expectProblem(await send(log, log.batch(6, 7)), 403, /not signed/);
      log.signWith(next);
      expect((await send(log, log.batch(6, 7))).status).toBe(200);
    });

    test('answers again for heads that the old key signed while it was in force', async () => {
      const log = await enrolled();
      log.write(3);
      const early = log.batch(0, 3);
      expect((await send(log, early)).status).toBe(200);
      log.rotate();
      expect((await send(log, log.batch(3, 4))).status).toBe(200);
      expect((await send(log, early)).status).toBe(200);
    });

    test('is refused without the signature of the old key, and without that of the new one', async () => {
      const log = await enrolled();
      log.write(1);
      const next = log.rotate();
      log.signWith(next);
      await expectProblem(await send(log, log.batch(0, 2)), 403, /not signed/);
      log.signWith(log.signer);
      await expectProblem(await send(log, log.batch(0, 2)), 422, /new key that did not sign/);
      expect(await leavesOf(log)).toHaveLength(1);
      log.signWith(log.signer, next);
      expect((await send(log, log.batch(0, 2))).status).toBe(200);
    });

    test('may change it more than once within a batch', async () => {
      const log = await enrolled();
      log.rotate();
      log.write(1);
      log.rotate();
      expect((await send(log, log.batch(0, 3))).status).toBe(200);
      expect((await leavesOf(log)).map(({ data }) => data.size)).toEqual([undefined, 1, 3]);
    });

    test('an entry that names another key than the one in force means nothing', async () => {
      const log = await enrolled();
      const other = await enrolled('BBBB');
      other.rotate();
      const [foreign] = other.entries;
      if (foreign) log.entries.push(foreign);
      expect((await send(log, log.batch(0, 1))).status).toBe(200);
      expect(await leavesOf(log)).toHaveLength(1);
    });
  });
}
