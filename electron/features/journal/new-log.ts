import { generateKeyPairSync } from 'node:crypto';
import { z } from 'zod';
import { OperatorId } from '../../../shared/ids.ts';
import { LogCause } from '../../../shared/journal.ts';
import { sha256 } from '../../../shared/tlog/hash.ts';
import { emptyFrontier, encodeFrontier, frontierRoot } from '../../../shared/tlog/merkle.ts';
import { formatVkey } from '../../../shared/tlog/note.ts';
import type { Database, Tx } from '../../database/database.ts';
import { query } from '../../database/query.ts';
import type { Settings } from '../station/settings.ts';
import { createJournalStore } from './journal.store.ts';
import type { Journal } from './journal.ts';
import type { LogKeys } from './log-keys.ts';

const Wanted = z.object({ cause: LogCause, by: OperatorId.nullable() });
export type Wanted = z.infer<typeof Wanted>;

/** An entry is 65,535 bytes at most; a longer one is cited by its hash alone. */
const mostCited = 45_000;

/** Remembers, within `tx`, that the next start goes on in a new log. */
export function wantNewLog(tx: Tx, settings: Settings, wanted: Wanted): void {
  settings.set(tx, 'new-log', JSON.stringify(wanted));
}

export function isNewLogWanted(settings: Settings): boolean {
  return wantedOf(settings) !== null;
}

function wantedOf(settings: Settings): Wanted | null {
  const text = settings.get('new-log') ?? '';
  return text === '' ? null : Wanted.parse(JSON.parse(text));
}

type Deps = { database: Database; settings: Settings; logKeys: LogKeys };

/**
 * Closes the log whose history broke, when that was wanted, and makes an empty one with the next epoch and a key of its
 * own. Call it before the journal is opened. A crash leaves it undone, or done with the new log still empty.
 */
export async function closeBrokenLog({ database, settings, logKeys }: Deps): Promise<void> {
  const store = createJournalStore(database.read);
  const head = store.head();
  if (wantedOf(settings) === null || !head || head.size === 0) return;
  const key = generateKeyPairSync('ed25519').privateKey;
  const newest = logKeys.held().at(-1);
  if (newest) await logKeys.dropBefore(newest);
  await logKeys.add(key);
  const origin = nextOrigin(head.origin);
  database.write(tx => {
    tx.run(
      query.insertInto('past_log').values({
        start: store.start,
        origin: head.origin,
        size: head.size,
        root: head.root,
        acked_size: head.acked_size,
        first_vkey: settings.get('log-vkey') ?? '',
      }),
    );
    for (const { size, note, cosigs } of store.checkpoints())
      tx.run(query.insertInto('past_checkpoint').values({ origin: head.origin, size, note, cosigs }));
    tx.run(query.deleteFrom('checkpoint'));
    tx.run(query.deleteFrom('tile'));
    tx.run(
      query.updateTable('log').set({
        origin,
        start: store.start + head.size,
        size: 0,
        frontier: encodeFrontier(emptyFrontier),
        root: frontierRoot(emptyFrontier),
        acked_size: 0,
        acked_note: null,
      }),
    );
    // Values of entries that the server never took cannot follow them any more.
    tx.run(
      query
        .updateTable('pii')
        .set({ uploaded: 2 })
        .where('uploaded', '=', 0)
        .where('idx', '>=', store.start + head.acked_size),
    );
    settings.set(tx, 'log-vkey', formatVkey(origin, 'ed25519', key));
    settings.set(tx, 'log-enrolled', '0');
    settings.set(tx, 'fleet-proof', 'null');
  });
  await logKeys.dropBefore(key);
}

/** The first entries of a new log: which one it follows and why, and what nobody had confirmed of it, word for word. */
export function openNewLog(
  { database, settings, journal }: Pick<Deps, 'database' | 'settings'> & { journal: Journal },
  about: { appVersion: string; training: boolean },
): void {
  const wanted = wantedOf(settings);
  const past = journal.store.past().at(-1);
  if (!wanted || !past || journal.status().size > 0) return;
  const epoch = Number(journal.origin.split('/').at(-1));
  const previous = { origin: past.origin, size: past.size, root: past.root.toString('base64') };
  const orphans = journal.store.entries(past.start + past.acked_size, past.start + past.size);
  database.write(tx => {
    const actor = wanted.by ?? undefined;
    journal.append(tx, {
      type: 'log.opened',
      actor,
      data: { epoch, ...about, previous, cause: wanted.cause, cosignedSize: past.acked_size },
    });
    for (const { idx, bytes } of orphans)
      journal.append(tx, {
        type: 'log.carried_over',
        data: {
          origin: past.origin,
          seq: idx - past.start,
          sha256: sha256(bytes).toString('hex'),
          entry: bytes.length <= mostCited ? bytes.toString('base64') : null,
        },
      });
    settings.set(tx, 'new-log', '');
  });
}

function nextOrigin(origin: string): string {
  return origin.replace(/\d+$/, epoch => String(Number(epoch) + 1));
}
