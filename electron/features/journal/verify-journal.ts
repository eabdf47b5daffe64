import { setImmediate } from 'node:timers/promises';
import { BenchError } from '../../../shared/errors.ts';
import { parseCheckpoint } from '../../../shared/tlog/checkpoint.ts';
import { entryAddress } from '../../../shared/tlog/entry.ts';
import { leafHash } from '../../../shared/tlog/hash.ts';
import { keyAt, type LogKey, rotationIn, signedByAll } from '../../../shared/tlog/key-chain.ts';
import { appendLeaf, emptyFrontier, type Frontier, frontierRoot } from '../../../shared/tlog/merkle.ts';
import { openNote, parseVkey } from '../../../shared/tlog/note.ts';
import type { Verification, VerificationStep } from '../../../shared/verification.ts';
import type { JournalStore } from './journal.store.ts';
import type { Journal } from './journal.ts';

const pageSize = 500;

type Signed = { size: number; note: string };
type Log = { origin: string; start: number; size: number; root: Buffer; first: LogKey; checkpoints: readonly Signed[] };

/**
 * Recomputes the tree from the stored bytes, page by page so that the bench stays responsive, and checks every signed
 * head; so too for logs that were closed before this one.
 */
export async function verifyJournal(journal: Pick<Journal, 'store' | 'signing' | 'origin'>): Promise<Verification> {
  const { store, origin } = journal;
  const { size, root } = store.mustHead();
  const known = journal.signing.keys();
  const checkpoints = store.checkpoints();
  const [first] = known;
  if (!first) throw new BenchError('journal_damaged', 'The journal has no key. Stop work and restore a backup.');
  const log = { origin, start: store.start, size, root, first, checkpoints };
  const { badEntry, badHead, isWhole, named } = await recompute(store, log);
  const steps: VerificationStep[] = [
    step(
      'entries',
      badEntry === null,
      `All ${size} entries are as they were written.`,
      `Entry ${badEntry} was altered.`,
    ),
    step('tree', isWhole, 'The tree over them has the stored root.', 'The entries do not add up to the stored root.'),
    step(
      'checkpoints',
      badHead === null,
      `All ${checkpoints.length} signed checkpoints agree with the entries.`,
      `The signed checkpoint at ${badHead} does not agree with the entries.`,
    ),
    keysStep(
      named,
      known,
      checkpoints.map(c => [c.size, c.note]),
    ),
    ...(await earlierSteps(store)),
  ];
  return { ok: steps.every(s => s.outcome === 'ok'), steps };
}

async function earlierSteps(store: JournalStore): Promise<VerificationStep[]> {
  const steps: VerificationStep[] = [];
  for (const { first_vkey, ...past } of store.past()) {
    const found = await recompute(store, { ...past, first: { key: parseVkey(first_vkey), from: 0 } });
    const isGood = found.badEntry === null && found.badHead === null && found.isWhole;
    steps.push(
      step(
        'earlier log',
        isGood,
        `The ${past.size} entries of the closed log ${past.origin} are as they were written and signed.`,
        `The closed log ${past.origin} is not as it was written and signed.`,
      ),
    );
  }
  return steps;
}

/** What the stored bytes of a log say: the first altered entry and wrong head, its root, and the keys that it names. */
async function recompute(store: JournalStore, { origin, start, size, root, first, checkpoints }: Log) {
  const notes = new Map(checkpoints.map(c => [c.size, c.note]));
  const named: LogKey[] = [first];
  let frontier: Frontier = emptyFrontier;
  let badEntry: number | null = null;
  let badHead: number | null = null;
  for (let from = 0; from < size; from += pageSize) {
    for (const row of store.entries(start + from, start + Math.min(from + pageSize, size))) {
      const [seq, leaf] = [row.idx - start, leafHash(row.bytes)];
      const entry = entryAddress(row.bytes);
      if (!leaf.equals(row.leaf) || entry.seq !== seq || entry.origin !== origin) badEntry ??= seq;
      const next = rotationIn(row.bytes, keyAt(named, seq).key);
      if (next) named.push({ key: next, from: seq + 1 });
      frontier = appendLeaf(frontier, leaf);
      const note = notes.get(frontier.size);
      if (note !== undefined && !agrees(note, frontier, keyAt(named, frontier.size), origin)) badHead ??= frontier.size;
    }
    await setImmediate();
  }
  const isWhole = frontier.size === size && frontierRoot(frontier).equals(root);
  return { badEntry, badHead, isWhole, named };
}

function agrees(note: string, frontier: Frontier, { key }: LogKey, origin: string): boolean {
  if (!signedByAll(note, [key])) return false;
  const head = parseCheckpoint(openNote(note, [key]).text);
  return head.root.equals(frontierRoot(frontier)) && head.origin === origin;
}

/** Each key but the first is named by an entry, and the first head over that entry carries the old key's signature too. */
function keysStep(named: readonly LogKey[], known: readonly LogKey[], notes: [size: number, note: string][]) {
  const alike = named.length === known.length && named.every(({ key }, i) => key.vkey === known[i]?.key.vkey);
  const unproven = named.slice(1).find(({ key, from }, i) => {
    const old = named[i];
    const [, note] = notes.find(([size]) => size >= from) ?? [];
    return old && note !== undefined && !signedByAll(note, [old.key, key]);
  });
  const yes =
    named.length === 1
      ? 'One key has signed from the beginning.'
      : `${named.length} keys have signed, each vouched for by the one before it.`;
  const no =
    unproven === undefined
      ? 'The keys that sign are not those that the entries name.'
      : `The key of the heads from ${unproven.from} on is not vouched for by the one before it.`;
  return step('keys', alike && unproven === undefined, yes, no);
}

function step(name: string, good: boolean, yes: string, no: string): VerificationStep {
  return { step: name, outcome: good ? 'ok' : 'failed', detail: good ? yes : no };
}
