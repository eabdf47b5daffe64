import canonicalize from 'canonicalize';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { formatCheckpoint } from '../shared/tlog/checkpoint.ts';
import { consistencyProof, inclusionProof } from '../shared/tlog/merkle.ts';
import { joinNote, type NoteSigner } from '../shared/tlog/note.ts';
import { formatTlogProof } from '../shared/tlog/proof.ts';
import type { ServerTables } from './database/tables.ts';
import { append, type Db, emptyLog, entriesOf, grow, type LogRow, originHash } from './log-store.ts';
import { ServerError } from './problems.ts';
import type { FleetHead, FleetProof } from './schemas.ts';
import { subtreeOf } from './subtree.ts';

export type FleetLeaf =
  | { type: 'fleet.opened'; data: { witnessVkey: string } }
  /** Names the cosigner again, so that the proof of this one leaf vouches for both keys. */
  | { type: 'station.enrolled'; data: { origin: string; vkey: string; prefix: string; witnessVkey: string } }
  /** Entries from `size` on do not count. */
  | { type: 'station.revoked'; data: { origin: string; size: number } }
  /** Heads of `size` entries and more are signed by the new key. */
  | { type: 'key.rotated'; data: { origin: string; previous: string; vkey: string; size: number } }
  /** Every station that holds anything of the subject has to forget it; `order` counts from 1. */
  | { type: 'forget.order'; data: { order: number; subject: string } }
  /** Every holder has acknowledged, but for the stations in `without`, which were revoked before they did. */
  | { type: 'forget.completed'; data: { order: number; subject: string; without?: string[] } };

/** The server's own log: which keys belong to which stations. Its signer's key is what outsiders pin. */
export function createFleet(deps: {
  db: Kysely<ServerTables>;
  signer: NoteSigner;
  witnessVkey: string;
  now: () => number;
}) {
  const { db, signer } = deps;
  const oh = originHash(signer.name);

  const head = async (from: Db): Promise<LogRow> => {
    const row = await from.selectFrom('log').selectAll().where('oh', '=', oh).executeTakeFirst();
    if (!row) throw new ServerError(500, 'The fleet log is missing.');
    return row;
  };
  const write = async (trx: Db, leaf: FleetLeaf): Promise<number> => {
    const log = await head(trx);
    const text = canonicalize({
      v: 1,
      seq: log.size,
      at: new Date(deps.now()).toISOString(),
      origin: log.origin,
      ...leaf,
    });
    const entries = [Buffer.from(text ?? '', 'utf8')];
    await append(trx, log, entries, grow(log, entries));
    return log.size;
  };
  const checkpoint = async (): Promise<{ log: LogRow; note: string }> => {
    const log = await head(db);
    const text = formatCheckpoint(log);
    return { log, note: joinNote(text, [signer.sign(text)]) };
  };

  /** Leaves with their proofs under the present fleet checkpoint. */
  const prove = async (indexes: readonly number[]): Promise<{ entry: string; proof: string }[]> => {
    const { log, note } = await checkpoint();
    const subtree = await subtreeOf(db, oh, log.size);
    return Promise.all(
      indexes.map(async index => {
        const [entry] = await entriesOf(db, oh, index, index + 1);
        const proof = formatTlogProof({ index, proof: inclusionProof(index, log.size, subtree), note });
        return { entry: (entry ?? Buffer.alloc(0)).toString('utf8'), proof };
      }),
    );
  };

  return {
    oh,
    vkey: signer.vkey,
    /** Opens the log at the first start; its first leaf names the key that cosigns. */
    async open(): Promise<void> {
      const known = await db.selectFrom('log').select('oh').where('oh', '=', oh).executeTakeFirst();
      if (known) return;
      await db.transaction().execute(async trx => {
        await trx
          .insertInto('log')
          .values(emptyLog({ origin: signer.name, vkey: signer.vkey, station: null, prefix: null }))
          .execute();
        await write(trx, { type: 'fleet.opened', data: { witnessVkey: deps.witnessVkey } });
      });
    },
    /** Keeps others from writing the log until the transaction ends; what is read after it is what they left. */
    async hold(trx: Db): Promise<void> {
      await trx
        .updateTable('log')
        .set(({ ref }) => ({ size: ref('size') }))
        .where('oh', '=', oh)
        .execute();
    },
    write,
    checkpoint,
    /** The entries that name a station's keys, with their proofs under the present fleet checkpoint. */
    async proofOf(station: LogRow): Promise<z.infer<typeof FleetProof>> {
      const rotated = await db
        .selectFrom('log_key')
        .select('fleet_index')
        .where('oh', '=', station.oh)
        .where('from_size', '>', 0)
        .orderBy('from_size')
        .execute();
      const revoked = await db
        .selectFrom('revocation')
        .select('fleet_index')
        .where('oh', '=', station.oh)
        .executeTakeFirst();
      const indexes = [station.fleet_index ?? 0, ...rotated.map(({ fleet_index }) => fleet_index ?? 0)];
      const [enrolled, ...later] = await prove(revoked ? [...indexes, revoked.fleet_index] : indexes);
      const revocation = (revoked && later.pop()) ?? null;
      return { ...(enrolled ?? { entry: '', proof: '' }), rotations: later, revoked: revocation };
    },
    prove,
    /** The present head, and the proof that it continues the head of `from` entries where that is smaller. */
    async headSince(from: number): Promise<z.infer<typeof FleetHead>> {
      const { log, note } = await checkpoint();
      if (from === 0 || from >= log.size) return { note, proof: [] };
      const proof = consistencyProof(from, log.size, await subtreeOf(db, oh, log.size));
      return { note, proof: proof.map(hash => hash.toString('base64')) };
    },
    /** Signs a statement of the server with the one key that stations pinned. */
    sign: (text: string): string => joinNote(text, [signer.sign(text)]),
  };
}

export type Fleet = ReturnType<typeof createFleet>;
