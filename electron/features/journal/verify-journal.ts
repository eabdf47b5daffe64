import { setImmediate } from 'node:timers/promises';
import { parseCheckpoint } from '../../../shared/tlog/checkpoint.ts';
import { entryAddress } from '../../../shared/tlog/entry.ts';
import { leafHash } from '../../../shared/tlog/hash.ts';
import { keyAt, type LogKey, rotationIn, signedByAll } from '../../../shared/tlog/key-chain.ts';
import { appendLeaf, emptyFrontier, type Frontier, frontierRoot } from '../../../shared/tlog/merkle.ts';
import { openNote } from '../../../shared/tlog/note.ts';
import type { Verification, VerificationStep } from '../../../shared/verification.ts';
import type { Journal } from './journal.ts';

const pageSize = 500;

/** Recomputes the tree from the stored bytes, page by page so that the bench stays responsive, and checks every signed head. */
export async function verifyJournal(journal: Pick<Journal, 'store' | 'signing' | 'origin'>): Promise<Verification> {
  const head = journal.store.mustHead();
  const notes = new Map(journal.store.checkpoints().map(c => [c.size, c.note]));
  const known = journal.signing.keys();
  const named: LogKey[] = known.slice(0, 1);
  let frontier: Frontier = emptyFrontier;
  let badEntry: number | null = null;
  const badHeads: number[] = [];

  const checkHead = () => {
    const note = notes.get(frontier.size);
    if (note === undefined) return;
    if (!agrees(note, frontier, keyAt(named, frontier.size), journal.origin)) badHeads.push(frontier.size);
  };

  for (let from = 0; from < head.size; from += pageSize) {
    for (const row of journal.store.entries(from, Math.min(from + pageSize, head.size))) {
      const leaf = leafHash(row.bytes);
      const entry = entryAddress(row.bytes);
      if (!leaf.equals(row.leaf) || entry.seq !== row.idx || entry.origin !== journal.origin) badEntry ??= row.idx;
      const next = rotationIn(row.bytes, keyAt(named, row.idx).key);
      if (next) named.push({ key: next, from: row.idx + 1 });
      frontier = appendLeaf(frontier, leaf);
      checkHead();
    }
    await setImmediate();
  }

  const whole = frontier.size === head.size && frontierRoot(frontier).equals(head.root);
  const steps: VerificationStep[] = [
    step(
      'entries',
      badEntry === null,
      `All ${head.size} entries are as they were written.`,
      `Entry ${badEntry} was altered.`,
    ),
    step('tree', whole, 'The tree over them has the stored root.', 'The entries do not add up to the stored root.'),
    step(
      'checkpoints',
      badHeads.length === 0,
      `All ${notes.size} signed checkpoints agree with the entries.`,
      `The signed checkpoint at ${badHeads[0]} does not agree with the entries.`,
    ),
    keysStep(named, known, [...notes]),
  ];
  return { ok: steps.every(s => s.outcome === 'ok'), steps };
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
