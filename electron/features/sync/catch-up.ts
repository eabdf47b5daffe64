import { BenchError } from '../../../shared/errors.ts';
import { decodeBundle } from '../../../shared/tlog/bundle.ts';
import { parseCheckpoint } from '../../../shared/tlog/checkpoint.ts';
import { decodeEntry } from '../../../shared/tlog/entry.ts';
import { leafHash, sha256 } from '../../../shared/tlog/hash.ts';
import { keyAt, type LogKey, rotationIn } from '../../../shared/tlog/key-chain.ts';
import { appendLeaf, decodeFrontier, frontierRoot } from '../../../shared/tlog/merkle.ts';
import { openNote, parseVkey } from '../../../shared/tlog/note.ts';
import { tileWidth } from '../../../shared/tlog/tile.ts';
import type { Database } from '../../database/database.ts';
import type { Central } from '../../drivers/central/central.ts';
import type { SealedValue } from '../../drivers/central/personal-data.ts';
import { adoptEntries } from '../journal/adopt.ts';
import type { Journal } from '../journal/journal.ts';
import type { Subject, Subjects } from '../journal/subjects.ts';
import type { Settings } from '../station/settings.ts';
import { createSealedStore } from './sealed.store.ts';

export type CatchUpDeps = {
  database: Database;
  journal: Journal;
  settings: Settings;
  subjects: Pick<Subjects, 'seek'>;
  central(url: string): Central;
  log(line: Record<string, unknown>): void;
};

/** The head that was kept outside the data. */
export type Anchor = { logSize: number; logRoot: string };

/**
 * Puts back what an older copy of the data lacks and the server has, and records it. Call it before anything is
 * appended: nothing is taken unless the entries continue the copy to a head that this station signed and the server
 * cosigned. Never rejects; false when nothing was put back.
 */
export async function catchUp(deps: CatchUpDeps, anchor: Anchor): Promise<boolean> {
  const { database, journal, settings, log } = deps;
  const url = settings.get('server-url');
  const witnessVkey = settings.get('witness-vkey');
  if (url === null || witnessVkey === null) return false;
  const { signal } = new AbortController();
  try {
    const missing = await pull(journal, deps.central(url), witnessVkey, signal);
    if (!missing) return false;
    const { from, to, entries, sealed, note, cosigs } = missing;
    const store = createSealedStore(database.read);
    // Before the values themselves: a value whose key is nowhere would look like a lost key database.
    deps.subjects.seek([...new Set(sealed.map(({ subject }) => subject))]);
    database.write(tx => {
      adoptEntries(tx, journal.store, entries);
      for (const { idx, slot, ct, subject } of sealed) {
        journal.store.insertPii(tx, { idx: journal.store.start + idx, slot, subject, ct });
        store.mark(tx, { idx: journal.store.start + idx, slot }, 1);
      }
      journal.store.insertCheckpoint(tx, to, note);
      journal.store.acknowledge(tx, to, note, cosigs);
      if (settings.get('replay-from') === null || settings.get('replay-from') === '') {
        settings.set(tx, 'replay-from', String(journal.store.start + from));
      }
      const lost = Math.max(0, anchor.logSize - journal.store.start - to);
      const data = { from, to, lost, anchoredSize: anchor.logSize, anchoredRoot: anchor.logRoot };
      journal.append(tx, { type: 'journal.recovered', data });
    });
    return true;
  } catch (error) {
    const code = error instanceof BenchError ? error.code : 'bad_answer';
    log({ level: 'error', event: 'journal.not_recovered', code });
    return false;
  }
}

type Returned = SealedValue & { subject: Subject };

/** Null when the server has no more than the station, or a history that does not continue this copy. */
async function pull(journal: Journal, server: Central, witnessVkey: string, signal: AbortSignal) {
  const oh = sha256(Buffer.from(journal.origin)).toString('hex');
  const witness = parseVkey(witnessVkey);
  const note = await server.checkpoint(oh, signal);
  const { origin, size, root } = parseCheckpoint(openNote(note, [witness]).text);
  const own = journal.store.mustHead();
  if (origin !== journal.origin || size <= own.size) return null;
  const entries = await entriesBetween(server, oh, own.size, size, signal);
  const frontier = entries.map(leafHash).reduce(appendLeaf, decodeFrontier(own.size, own.frontier));
  if (!frontierRoot(frontier).equals(root)) return null;
  const chain: LogKey[] = [...journal.signing.keys()];
  for (const [i, bytes] of entries.entries()) {
    const next = rotationIn(bytes, keyAt(chain, own.size + i).key);
    if (next) chain.push({ key: next, from: own.size + i + 1 });
  }
  const { text } = openNote(note, [keyAt(chain, size).key]);
  const sealed = await sealedBetween(server, oh, { from: own.size, entries }, signal);
  const lines = note.slice(text.length + 1).split('\n');
  const isOurs = (line: string) => line.startsWith(`\u2014 ${origin} `);
  const linesOf = (ours: boolean) => lines.filter(line => line !== '' && isOurs(line) === ours).join('\n');
  return {
    from: own.size,
    to: size,
    entries,
    sealed,
    note: `${text}\n${linesOf(true)}\n`,
    cosigs: `${linesOf(false)}\n`,
  };
}

async function entriesBetween(server: Central, oh: string, from: number, to: number, signal: AbortSignal) {
  const entries: Buffer[] = [];
  for (let n = Math.floor(from / tileWidth); n * tileWidth < to; n++) {
    const first = n * tileWidth;
    const width = Math.min(tileWidth, to - first);
    const bundle = decodeBundle(await server.entries(oh, n, width, signal), tileWidth);
    entries.push(...bundle.slice(Math.max(0, from - first), width));
  }
  return entries;
}

/** The values that fit what their entries commit to; those of the forgotten are gone for good. */
async function sealedBetween(
  server: Central,
  oh: string,
  { from, entries }: { from: number; entries: readonly Buffer[] },
  signal: AbortSignal,
): Promise<Returned[]> {
  const forgotten = new Set(
    entries.map(decodeEntry).flatMap(({ type, data }) => (type === 'subject.forgotten' ? [data.subject] : [])),
  );
  const found = new Map<string, Returned>();
  for (let at: number | null = from; at !== null; ) {
    const page: Awaited<ReturnType<Central['sealedFrom']>> = await server.sealedFrom(oh, at, signal);
    for (const value of page.values) {
      const bytes = entries[value.idx - from];
      const committed = bytes && decodeEntry(bytes).pii[value.slot];
      if (!committed || forgotten.has(committed.s) || committed.h !== sha256(value.ct).toString('base64url')) continue;
      found.set(`${value.idx}/${value.slot}`, { ...value, subject: committed.s });
    }
    at = page.next !== null && page.next > at ? page.next : null;
  }
  return [...found.values()];
}
