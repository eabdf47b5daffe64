import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Kysely } from 'kysely';
import { type Batch, decodeBatch } from '../../shared/tlog/batch.ts';
import { parseCheckpoint } from '../../shared/tlog/checkpoint.ts';
import { TlogError } from '../../shared/tlog/errors.ts';
import { keyAt, type LogKey } from '../../shared/tlog/key-chain.ts';
import { frontierRoot, verifyConsistency } from '../../shared/tlog/merkle.ts';
import { type NoteSigner, openNote } from '../../shared/tlog/note.ts';
import { ownLogOf } from '../access/own-log.ts';
import type { StationOf } from '../access/tokens.ts';
import { inflate } from '../body.ts';
import type { ServerTables } from '../database/tables.ts';
import type { Fleet } from '../fleet.ts';
import { keysOf, newKeys, takeKeys } from '../log-keys.ts';
import { append, type Db, grow, LogMoved, type LogRow } from '../log-store.ts';
import { ServerError, sendProblem } from '../problems.ts';
import { revocationOf } from '../revocations.ts';

export const batchType = 'application/vnd.audit-batch.v1';
const hardInflatedBytes = 16 * 1024 * 1024;
/** Heads of one log kept as evidence before more of what anybody on the way can cause is dropped. */
const mostKept = 100;

type Deps = {
  db: Kysely<ServerTables>;
  fleet: Fleet;
  cosigner: NoteSigner;
  stationOf: StationOf;
  onTaken(): void;
  now: () => number;
};

/** What a batch that does not fit is answered with. A fault kept as evidence stops the log. */
type Fault = { status: 403 | 404 | 409 | 422; detail: string; keep?: boolean; size?: number };

type Claim = { origin: string; size: number; root: Buffer; text: string };

/** Takes batches: verify, recompute from the received bytes, store durably, and only then cosign. */
export function batchRoutes(app: FastifyInstance, { db, fleet, cosigner, stationOf, onTaken, now }: Deps): void {
  const ownLog = ownLogOf({ db, stationOf });
  app.post<{ Params: { oh: string } }>(
    '/v1/logs/:oh/batches',
    { bodyLimit: hardInflatedBytes },
    async (request, reply) => {
      if (!Buffer.isBuffer(request.body)) throw new ServerError(415, `A batch is sent as ${batchType}.`);
      const log = await ownLog(request);
      const revoked = await revocationOf(db, log.oh);
      if (revoked) throw new ServerError(403, `This station was revoked at ${revoked.size} entries.`);
      if (log.frozen !== null) throw new ServerError(423, `This log is frozen: ${log.frozen}`);
      const batch = readBatch(await inflate(request.body, request.headers['content-encoding'], hardInflatedBytes));
      const outcome = await ingest(log, batch);
      return 'status' in outcome
        ? refuse(reply, log, batch.note, outcome)
        : reply.type('text/plain; charset=utf-8').send(outcome.lines);
    },
  );

  const ingest = async (log: LogRow, batch: Batch): Promise<Fault | { lines: string }> => {
    // Whoever has less than the sender thinks may not know the key yet that signed: the size comes first here.
    if (batch.oldSize > log.size) return { status: 409, detail: 'The log has another size here.', size: log.size };
    const claim = readClaim(log, await keysOf(db, log), batch.note);
    if ('status' in claim) return claim;
    const cosign = () => ({ lines: cosigner.sign(claim.text) });
    if (claim.size <= log.size) return (await held(log, claim)) ? cosign() : replayFault(log, batch.oldSize, claim);
    if (batch.oldSize !== log.size) return { status: 409, detail: 'The log has another size here.', size: log.size };
    const consistent = verifyConsistency({
      oldSize: log.size,
      newSize: claim.size,
      oldRoot: log.root,
      newRoot: claim.root,
      proof: batch.proof,
    });
    // No proof of a fork: the consistency proof is not signed, and anybody may have changed it on the way.
    if (!consistent) return { status: 422, detail: 'The checkpoint does not continue what was received before.' };
    const grown = grow(log, batch.entries);
    if (grown.frontier.size !== claim.size || !frontierRoot(grown.frontier).equals(claim.root)) {
      return { status: 422, detail: 'The entries do not add up to the root of the checkpoint.' };
    }
    const rotated = newKeys(log, batch.entries, batch.note);
    if (!rotated) return { status: 422, detail: 'An entry names a new key that did not sign the checkpoint.' };
    return (await store(log, claim, batch, { grown, rotated })) ? cosign() : ingest(await reread(log), batch);
  };

  /** False when another client was faster; perhaps with the very same batch. */
  const store = async (
    log: LogRow,
    { size, root }: Claim,
    { entries, note }: Batch,
    { grown, rotated }: { grown: ReturnType<typeof grow>; rotated: LogKey[] },
  ) => {
    try {
      await db.transaction().execute(async trx => {
        // Before the log itself, in the order in which an enrolment takes them.
        if (rotated.length > 0) await fleet.hold(trx);
        await append(trx, log, entries, grown);
        await mustStillBeTaken(trx, log);
        if (rotated.length > 0) await takeKeys(trx, fleet, log, rotated);
        await trx.insertInto('checkpoint').values({ oh: log.oh, size, root, note }).execute();
      });
      onTaken();
      return true;
    } catch (error) {
      if (error instanceof LogMoved) return false;
      throw error;
    }
  };

  const reread = ({ oh }: LogRow) => db.selectFrom('log').selectAll().where('oh', '=', oh).executeTakeFirstOrThrow();

  /** Whether exactly this head was taken before. */
  const held = async (log: LogRow, claim: Claim): Promise<boolean> => {
    const row = await db
      .selectFrom('checkpoint')
      .select('root')
      .where('oh', '=', log.oh)
      .where('size', '=', claim.size)
      .executeTakeFirst();
    return row?.root.equals(claim.root) ?? false;
  };

  const replayFault = async (log: LogRow, oldSize: number, claim: Claim): Promise<Fault> => {
    const other = await db
      .selectFrom('checkpoint')
      .select('size')
      .where('oh', '=', log.oh)
      .where('size', '=', claim.size)
      .executeTakeFirst();
    if (other || (claim.size === log.size && !claim.root.equals(log.root))) {
      return { status: 422, detail: 'Another history of the same length was received before.', keep: true };
    }
    return { status: 409, detail: `The log has another size here than ${oldSize}.`, size: log.size };
  };

  const keptOf = async (oh: string): Promise<number> => {
    const { count } = await db
      .selectFrom('quarantine')
      .select(({ fn }) => fn.countAll().as('count'))
      .where('oh', '=', oh)
      .executeTakeFirstOrThrow();
    return Number(count);
  };

  const refuse = async (reply: FastifyReply, log: LogRow, note: string, fault: Fault): Promise<FastifyReply> => {
    if (fault.status === 422) {
      if (fault.keep || (await keptOf(log.oh)) < mostKept) {
        const received_at = new Date(now()).toISOString();
        await db
          .insertInto('quarantine')
          .values({ id: randomUUID(), oh: log.oh, received_at, fault: fault.detail, note })
          .execute();
      }
      if (fault.keep) await db.updateTable('log').set({ frozen: fault.detail }).where('oh', '=', log.oh).execute();
    }
    if (fault.status === 409)
      return reply
        .code(409)
        .type('text/x.tlog.size')
        .send(`${fault.size ?? log.size}\n`);
    return sendProblem(reply, fault.status, fault.detail);
  };
}

function readBatch(bytes: Buffer): Batch {
  try {
    return decodeBatch(bytes);
  } catch (error) {
    if (error instanceof TlogError && error.code === 'too_many')
      throw new ServerError(413, 'A batch holds 10,000 entries at most.', { cause: error });
    if (error instanceof TlogError) throw new ServerError(400, `This is no batch: ${error.message}.`, { cause: error });
    throw error;
  }
}

/** Seen within the transaction, once it holds the log: what froze or revoked it meanwhile counts. */
async function mustStillBeTaken(trx: Db, { oh }: LogRow): Promise<void> {
  const { frozen } = await trx.selectFrom('log').select('frozen').where('oh', '=', oh).executeTakeFirstOrThrow();
  if (frozen !== null) throw new ServerError(423, `This log is frozen: ${frozen}`);
  const revoked = await revocationOf(trx, oh);
  if (revoked) throw new ServerError(403, `This station was revoked at ${revoked.size} entries.`);
}

/** The head that the station signed; a wrong signature or another log's head is a fault. */
function readClaim(log: LogRow, keys: readonly LogKey[], note: string): Claim | Fault {
  try {
    const { text } = openNote(
      note,
      keys.map(({ key }) => key),
    );
    const checkpoint = parseCheckpoint(text);
    // Of what is new, the key in force until now has to sign: it vouches for the keys that come after it.
    openNote(note, [keyAt(keys, checkpoint.size).key]);
    if (checkpoint.origin !== log.origin) return { status: 404, detail: 'The checkpoint belongs to another log.' };
    return { ...checkpoint, text };
  } catch (error) {
    if (!(error instanceof TlogError)) throw error;
    if (error.code === 'bad_signature' || error.code === 'no_known_signature')
      return { status: 403, detail: 'The checkpoint is not signed by this log.' };
    throw new ServerError(400, `This is no checkpoint: ${error.message}.`, { cause: error });
  }
}
