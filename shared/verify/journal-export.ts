import { decodeBundle } from '../tlog/bundle.ts';
import type { CheckpointBody } from '../tlog/checkpoint.ts';
import { decodeEntry, type LeafEnvelope } from '../tlog/entry.ts';
import { tilesOf } from '../tlog/export.ts';
import { EMPTY_ROOT, leafHash } from '../tlog/hash.ts';
import { keyAt, type LogKey, rotationIn } from '../tlog/key-chain.ts';
import { appendLeaf, emptyFrontier, type Frontier, frontierRoot } from '../tlog/merkle.ts';
import { entriesPath, tilePath, tileRoot, tileWidth } from '../tlog/tile.ts';
import { TrustPolicy, type Verification } from './proof-bundle.ts';
import { attempt, createSteps, type Steps } from './steps.ts';
import { createTimesCheck } from './times.ts';
import { checkHead, checkSignature, checkTrust, type FleetPin, type ProvenHead, type StationKeys } from './trust.ts';

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
  const heads = keys && note ? checkHeads(read, note, keys, steps) : null;
  if (keys && heads) checkTree(read, keys, heads, steps);
  return steps.verification();
}

type Heads = {
  /** The signed head over all that was exported. */
  readonly newest: CheckpointBody;
  /** The newest head that a witness confirmed. */
  readonly confirmed: ProvenHead;
};

/** The server confirms a head only after it was signed, so the newest one rests on an older that was confirmed. */
function checkHeads(read: ReadExport, note: string, keys: StationKeys, steps: Steps): Heads | null {
  const older = read('checkpoint.cosigned');
  if (!older || Buffer.from(note).equals(older)) {
    const head = checkHead(note, keys, steps);
    return head && { newest: head, confirmed: head };
  }
  const newest = checkSignature(note, keys, steps);
  const confirmed = newest && checkHead(Buffer.from(older).toString('utf8'), keys, steps);
  if (!confirmed) return null;
  if (confirmed.size <= newest.size) return { newest, confirmed };
  steps.fail(
    'entries',
    `The server confirmed ${confirmed.size} entries, but this export has ${newest.size}: it was cut short.`,
  );
  return null;
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

function checkTree(read: ReadExport, keys: StationKeys, { newest, confirmed }: Heads, steps: Steps): void {
  const times = createTimesCheck(confirmed.cosignedS);
  const rows = createRows(read);
  const named: LogKey[] = keys.log.slice(0, 1);
  let past: Buffer = EMPTY_ROOT;
  const fault = rebuild(read, newest, (leaf, hash, frontier, bytes) => {
    const next = rotationIn(bytes, keyAt(named, leaf.index).key);
    if (next) named.push({ key: next, from: leaf.index + 1 });
    if (leaf.index < confirmed.size) times.add(leaf);
    if (frontier.size === confirmed.size) past = frontierRoot(frontier);
    rows.add(hash);
  });
  if (fault !== null) {
    steps.fail('entries', fault);
    return;
  }
  steps.ok('entries', `All ${newest.size} entries add up to the signed head, unaltered and in place.`);
  checkKeys(named, keys, steps);
  checkStanding(newest.size, confirmed, keys, steps);
  checkPast(past, newest.size, confirmed, steps);
  const wrong = rows.end();
  if (wrong.length > 0) steps.fail('tiles', `Not what the entries add up to, or missing: ${wrong.join(', ')}.`);
  else steps.ok('tiles', 'Every tile is what the entries add up to.');
  times.end(steps);
}

/** The keys that the entries name are those that the heads were checked with, from the same place on. */
function checkKeys(named: readonly LogKey[], { log }: StationKeys, steps: Steps): void {
  const same = named.length === log.length && named.every(({ key, from }, i) => isKey(log[i], key.vkey, from));
  if (!same) steps.fail('rotation', 'The keys that the entries name are not those that signed the heads.');
}

function isKey(known: LogKey | undefined, vkey: string, from: number): boolean {
  return known?.key.vkey === vkey && known.from === from;
}

/** Of a station that was revoked, nothing counts but what the server confirmed before. */
function checkStanding(size: number, confirmed: ProvenHead, keys: StationKeys, steps: Steps): void {
  const { revokedAt, witnessVouched } = keys;
  if (revokedAt === null) return;
  const good = confirmed.cosignedS === null || !witnessVouched ? 0 : Math.min(revokedAt, confirmed.size);
  if (good < size)
    steps.fail('revocation', `Not verified, the station was revoked: entry ${good} and all that come after it.`);
}

function checkPast(past: Buffer, size: number, confirmed: ProvenHead, steps: Steps): void {
  const since = size - confirmed.size;
  if (!past.equals(confirmed.root))
    steps.fail('witness', 'The head that the server confirmed is no past of this journal: it was rewritten.');
  else if (since > 0)
    steps.warn('witness', `UNWITNESSED: the last ${since} entries came after the head that the server confirmed.`);
}

type Leaf = LeafEnvelope & { readonly index: number };

type Visit = (leaf: Leaf, hash: Buffer, frontier: Frontier, bytes: Buffer) => void;

/** Shows every entry, and the tree up to it, to `visit` and gives, in a sentence, why they are not those under the head; null when they are. */
function rebuild(read: ReadExport, head: CheckpointBody, visit: Visit): string | null {
  let frontier: Frontier = emptyFrontier;
  for (const { n, width } of tilesOf(head.size)) {
    const bundle = readBundle(read, n, width);
    if (typeof bundle === 'string') return bundle;
    for (const bytes of bundle) {
      const leaf = readLeaf(bytes, frontier.size, head);
      if (typeof leaf === 'string') return leaf;
      const hash = leafHash(bytes);
      frontier = appendLeaf(frontier, hash);
      visit(leaf, hash, frontier, bytes);
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

function readLeaf(bytes: Buffer, index: number, head: CheckpointBody): Leaf | string {
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
