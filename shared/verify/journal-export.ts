import { decodeBundle } from '../tlog/bundle.ts';
import { decodeEntry, type LeafEnvelope } from '../tlog/entry.ts';
import { tilesOf } from '../tlog/export.ts';
import { leafHash } from '../tlog/hash.ts';
import { appendLeaf, emptyFrontier, type Frontier, frontierRoot } from '../tlog/merkle.ts';
import { entriesPath, tilePath, tileRoot, tileWidth } from '../tlog/tile.ts';
import { TrustPolicy, type Verification } from './proof-bundle.ts';
import { attempt, createSteps, type Steps } from './steps.ts';
import { createTimesCheck } from './times.ts';
import { checkHead, checkTrust, type FleetPin, type ProvenHead } from './trust.ts';

/** Contents of a file of the export by its path with forward slashes; null when it is not there. */
export type ReadExport = (path: string) => Uint8Array | null;

/** Largest file of an export: a bundle of 256 entries of 65,535 bytes. */
export const maxExportFileBytes = tileWidth * (65_535 + 2);

/**
 * Checks a whole exported journal: policy, fleet log, enrolment, checkpoint and witness as in a proof bundle; then the
 * tree, recomputed from the entries themselves, and every tile. Never throws for bad input.
 */
export function verifyJournalExport(read: ReadExport, pins: FleetPin): Verification {
  const steps = createSteps();
  const policy = readPolicy(read, steps);
  const keys = policy && checkTrust(policy, pins, steps);
  const note = keys && readText(read, 'checkpoint', steps);
  const head = keys && note ? checkHead(note, keys, steps) : null;
  if (head) checkTree(read, head, steps);
  return steps.verification();
}

function readText(read: ReadExport, path: string, steps: Steps): string | null {
  const bytes = read(path);
  if (!bytes) steps.fail('export', `The file ${path} is missing: this is no journal export, or not a whole one.`);
  return bytes && Buffer.from(bytes).toString('utf8');
}

function readPolicy(read: ReadExport, steps: Steps): TrustPolicy | null {
  const text = readText(read, 'policy.json', steps);
  const vkey = text === null ? null : readText(read, 'log.vkey', steps);
  if (text === null || vkey === null) return null;
  const policy = TrustPolicy.safeParse(tryJson(text));
  if (policy.success && policy.data.logVkey === vkey.trim()) return policy.data;
  steps.fail(
    'export',
    policy.success ? 'log.vkey is not the key that policy.json names.' : 'policy.json does not say whom to trust.',
  );
  return null;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function checkTree(read: ReadExport, head: ProvenHead, steps: Steps): void {
  const times = createTimesCheck(head.cosignedS);
  const rows = createRows(read);
  const fault = rebuild(read, head, (leaf, hash) => {
    times.add(leaf);
    rows.add(hash);
  });
  if (fault !== null) {
    steps.fail('entries', fault);
    return;
  }
  steps.ok('entries', `All ${head.size} entries add up to the signed head, unaltered and in place.`);
  const wrong = rows.end();
  if (wrong.length > 0) steps.fail('tiles', `Not what the entries add up to, or missing: ${wrong.join(', ')}.`);
  else steps.ok('tiles', 'Every tile is what the entries add up to.');
  times.end(steps);
}

type Leaf = LeafEnvelope & { readonly index: number };

/** Shows every entry to `visit` and gives, in a sentence, why they are not those under the head; null when they are. */
function rebuild(read: ReadExport, head: ProvenHead, visit: (leaf: Leaf, hash: Buffer) => void): string | null {
  let frontier: Frontier = emptyFrontier;
  for (const { n, width } of tilesOf(head.size)) {
    const bundle = readBundle(read, n, width);
    if (typeof bundle === 'string') return bundle;
    for (const bytes of bundle) {
      const leaf = readLeaf(bytes, frontier.size, head);
      if (typeof leaf === 'string') return leaf;
      const hash = leafHash(bytes);
      visit(leaf, hash);
      frontier = appendLeaf(frontier, hash);
    }
  }
  return frontierRoot(frontier).equals(head.root)
    ? null
    : 'The entries do not add up to the signed head: one or more of them were altered.';
}

function readBundle(read: ReadExport, n: number, width: number): Buffer[] | string {
  const path = entriesPath(n, width);
  const bytes = read(path);
  if (!bytes) return `${path} is missing: the export is not whole.`;
  const bundle = attempt(() => decodeBundle(bytes, tileWidth));
  if (bundle.fault) return `${path} cannot be read: ${bundle.fault.message}.`;
  return bundle.value.length === width ? bundle.value : `${path} does not hold ${width} entries.`;
}

function readLeaf(bytes: Buffer, index: number, head: ProvenHead): Leaf | string {
  const leaf = attempt(() => decodeEntry(bytes));
  if (leaf.fault) return `Entry ${index} cannot be read: ${leaf.fault.message}.`;
  if (leaf.value.seq !== index) return `Entry ${index} says of itself that it is entry ${leaf.value.seq}.`;
  return leaf.value.origin === head.origin ? { ...leaf.value, index } : `Entry ${index} was written for another log.`;
}

/** Rebuilds the hash tiles while leaves arrive, one unfinished tile per level, and compares them with those exported. */
function createRows(read: ReadExport) {
  const levels: { n: number; hashes: Buffer[] }[] = [];
  const wrong: string[] = [];

  const compare = (level: number, n: number, hashes: Buffer[]) => {
    const path = tilePath(level, n, hashes.length);
    const stored = read(path);
    if (!stored || !Buffer.concat(hashes).equals(stored)) wrong.push(path);
  };
  const add = (hash: Buffer, level = 0): void => {
    levels[level] ??= { n: 0, hashes: [] };
    const row = levels[level];
    row.hashes.push(hash);
    if (row.hashes.length < tileWidth) return;
    compare(level, row.n, row.hashes);
    const root = tileRoot(Buffer.concat(row.hashes));
    levels[level] = { n: row.n + 1, hashes: [] };
    add(root, level + 1);
  };
  return {
    add,
    /** Compares what is left and names the tiles that differ. */
    end(): string[] {
      levels.forEach(({ n, hashes }, level) => {
        if (hashes.length > 0) compare(level, n, hashes);
      });
      return wrong;
    },
  };
}
