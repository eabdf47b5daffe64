import { setImmediate } from 'node:timers/promises';
import { parseCheckpoint } from '../../../shared/tlog/checkpoint.ts';
import { entryAddress } from '../../../shared/tlog/entry.ts';
import { leafHash } from '../../../shared/tlog/hash.ts';
import { appendLeaf, emptyFrontier, type Frontier, frontierRoot } from '../../../shared/tlog/merkle.ts';
import { openNote, parseVkey } from '../../../shared/tlog/note.ts';
import type { Verification, VerificationStep } from '../../../shared/verification.ts';
import type { Journal } from './journal.ts';

const pageSize = 500;

/** Recomputes the tree from the stored bytes, page by page so that the bench stays responsive, and checks every signed head. */
export async function verifyJournal(journal: Journal): Promise<Verification> {
  const head = journal.store.mustHead();
  const notes = new Map(journal.store.checkpoints().map(c => [c.size, c.note]));
  const key = parseVkey(journal.vkey);
  let frontier: Frontier = emptyFrontier;
  let badEntry: number | null = null;
  const badHeads: number[] = [];

  const checkHead = () => {
    const note = notes.get(frontier.size);
    if (note === undefined) return;
    const { root, origin } = parseCheckpoint(openNote(note, [key]).text);
    if (!root.equals(frontierRoot(frontier)) || origin !== journal.origin) badHeads.push(frontier.size);
  };

  for (let from = 0; from < head.size; from += pageSize) {
    for (const row of journal.store.entries(from, Math.min(from + pageSize, head.size))) {
      const leaf = leafHash(row.bytes);
      const entry = entryAddress(row.bytes);
      if (!leaf.equals(row.leaf) || entry.seq !== row.idx || entry.origin !== journal.origin) badEntry ??= row.idx;
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
  ];
  return { ok: steps.every(s => s.outcome === 'ok'), steps };
}

function step(name: string, good: boolean, yes: string, no: string): VerificationStep {
  return { step: name, outcome: good ? 'ok' : 'failed', detail: good ? yes : no };
}
