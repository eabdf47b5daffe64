import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCosigner, createNoteSigner, joinNote, parseVkey } from '../../shared/tlog/note.ts';
import { verifyProofBundle } from '../../shared/verify/proof.ts';
import type { ProofBundle } from '../../shared/verify/proof-bundle.ts';
import { flip } from '../tlog/reference-tree.ts';
import { createFleetLog, createWitnessedStation, type WitnessedStation } from './witnessed-station.ts';

let station: WitnessedStation;
let bundle: ProofBundle;
let named: number;
let pins: { fleetVkey: string };

beforeAll(async () => {
  station = await createWitnessedStation();
  station.fill(300);
  named = station.addOperator('Ada Example');
  station.fill(310);
  station.cosign();
  bundle = station.bundle([2, 255, 256, named]);
  pins = { fleetVkey: station.fleet.vkey };
});
afterAll(() => station.close());

const copy = () => structuredClone(bundle);
const failedSteps = (given: unknown, pinned: { fleetVkey?: string } = pins) => {
  const { ok, steps } = verifyProofBundle(given, pinned);
  const failed = steps.filter(({ outcome }) => outcome === 'failed').map(({ step }) => step);
  expect(ok).toBe(failed.length === 0);
  return failed;
};
const outcomes = (given: unknown, pinned: { fleetVkey?: string } = pins) =>
  Object.fromEntries(verifyProofBundle(given, pinned).steps.map(({ step, outcome }) => [step, outcome]));
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const textOf = (note: string) => note.slice(0, note.lastIndexOf('\n\n') + 1);
const linesOf = (note: string) => note.slice(note.lastIndexOf('\n\n') + 2).split(/(?<=\n)/);
const first = <T>(list: readonly T[]): T => {
  const [item] = list;
  if (item === undefined) throw new Error('the list is empty');
  return item;
};

describe('a whole bundle', () => {
  test('holds in every step', () => {
    const checked = verifyProofBundle(copy(), pins);
    expect(checked.steps.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
      'policy ok',
      'fleet ok',
      'enrolment ok',
      'revocation skipped',
      'checkpoint ok',
      'witness ok',
      'entries ok',
      'personal data ok',
      'times ok',
    ]);
    expect(checked.ok).toBe(true);
    expect(checked.entries.map(({ index, origin, type }) => [index, origin, type])).toEqual([
      [2, station.journal.origin, 'device.lost'],
      [255, station.journal.origin, 'device.lost'],
      [256, station.journal.origin, 'device.lost'],
      [named, station.journal.origin, 'operator.added'],
    ]);
    expect(checked.disclosures).toEqual([{ index: named, slot: 0, value: { name: 'Ada Example' } }]);
  });

  test('survives being written down', () => {
    expect(failedSteps(JSON.parse(JSON.stringify(bundle)))).toEqual([]);
  });

  test('without a pin: a warning that names the key to compare', () => {
    const { ok, steps } = verifyProofBundle(copy(), {});
    const policy = steps.find(({ step }) => step === 'policy');
    expect(ok).toBe(true);
    expect(policy?.outcome).toBe('warning');
    expect(policy?.detail).toContain(station.fleet.vkey);
  });
});

describe('true, and said loudly', () => {
  test('a head that no server confirmed is UNWITNESSED, not wrong', () => {
    const given = copy();
    given.checkpoint = joinNote(textOf(given.checkpoint), linesOf(given.checkpoint).slice(0, 1));
    expect(failedSteps(given)).toEqual([]);
    const witness = verifyProofBundle(given, pins).steps.find(({ step }) => step === 'witness');
    expect(witness?.outcome).toBe('warning');
    expect(witness?.detail).toContain('UNWITNESSED');
  });

  test('personal data that is not there any more', () => {
    const given = { ...copy(), disclosures: [] };
    const { steps, disclosures } = verifyProofBundle(given, pins);
    expect(steps.find(({ outcome }) => outcome === 'warning')?.detail).toContain(`${named}/0`);
    expect(failedSteps(given)).toEqual([]);
    expect(disclosures).toEqual([]);
  });

  test('a station that was never enrolled, unless a fleet was pinned', () => {
    const given = copy();
    given.policy = { ...given.policy, witnessVkey: null, fleetVkey: null, fleet: null };
    expect(outcomes(given, {})).toMatchObject({
      policy: 'warning',
      enrolment: 'warning',
      witness: 'warning',
      entries: 'ok',
    });
    expect(failedSteps(given)).toEqual(['policy']);
  });

  test('a witness that only the file names', () => {
    const given = copy();
    const { origin, vkey } = { origin: station.journal.origin, vkey: station.journal.vkey };
    given.policy.fleet = station.fleet.append({ type: 'station.enrolled', data: { origin, vkey } });
    expect(outcomes(given)).toMatchObject({ enrolment: 'ok', witness: 'warning' });
  });

  test('a clock that ran ahead of the server', async () => {
    const ahead = await createWitnessedStation();
    ahead.clock.stepWall(3_600_000);
    ahead.fill(5);
    ahead.clock.stepWall(-3_600_000);
    ahead.cosign();
    expect(outcomes(ahead.bundle([3]), { fleetVkey: ahead.fleet.vkey })).toMatchObject({
      times: 'warning',
      entries: 'ok',
    });
    ahead.close();
  });

  test('a clock that ran behind a receipt of the server', async () => {
    const behind = await createWitnessedStation();
    const serverTime = new Date(behind.clock.now() + 3_600_000).toISOString();
    const data = { size: 1, noteSha256: 'a'.repeat(64), serverTime };
    const receipt = behind.database.write(tx => behind.journal.append(tx, { type: 'sync.receipt', data }));
    behind.fill(5);
    const pinned = { fleetVkey: behind.fleet.vkey };
    expect(outcomes(behind.bundle([receipt, 3]), pinned)).toMatchObject({ times: 'warning' });
    expect(outcomes(behind.bundle([3]), pinned)).toMatchObject({ times: 'ok' });
    behind.close();
  });
});

describe('tampering gives the step its name', () => {
  const spoil = (change: (given: ProofBundle) => void) => {
    const given = copy();
    change(given);
    return failedSteps(given);
  };
  const newKey = () => generateKeyPairSync('ed25519').privateKey;

  test('another fleet', () => {
    expect(failedSteps(copy(), { fleetVkey: createFleetLog().vkey })).toEqual(['policy']);
    expect(
      spoil(({ policy }) => {
        policy.fleetVkey = createFleetLog().vkey;
      }),
    ).toEqual(['policy']);
  });

  test('a fleet that does not exist, with a pin of its own', () => {
    const given = copy();
    const other = createFleetLog();
    given.policy.fleetVkey = other.vkey;
    expect(failedSteps(given, { fleetVkey: other.vkey })).toEqual(['fleet']);
  });

  test('the fleet proof: its note, its place, its hashes, its entry', () => {
    const alter = (from: RegExp | string, to: string) =>
      spoil(({ policy }) => {
        if (policy.fleet) policy.fleet.proof = policy.fleet.proof.replace(from, to);
      });
    expect(alter('fleet.example\n2', 'fleet.example\n3')).toEqual(['fleet']);
    expect(alter('c2sp.org', 'c2sp.com')).toEqual(['fleet']);
    expect(alter('index 1', 'index 0')).toEqual(['enrolment']);
    expect(alter(/(?<=index 1\n).*\n/, `${base64(Buffer.alloc(32))}\n`)).toEqual(['enrolment']);
    expect(
      spoil(({ policy }) => {
        if (policy.fleet) policy.fleet.entry = policy.fleet.entry.replace('TEST', 'TOAST');
      }),
    ).toEqual(['enrolment']);
  });

  test('no proof of enrolment, or that of something else', () => {
    expect(
      spoil(({ policy }) => {
        policy.fleet = null;
      }),
    ).toEqual(['enrolment']);
    const other = { origin: station.journal.origin, vkey: createNoteSigner(station.journal.origin, newKey()).vkey };
    expect(
      spoil(({ policy }) => {
        policy.fleet = station.fleet.append({ type: 'station.enrolled', data: other });
      }),
    ).toEqual(['enrolment']);
    const revoked = { origin: station.journal.origin, vkey: station.journal.vkey };
    expect(
      spoil(({ policy }) => {
        policy.fleet = station.fleet.append({ type: 'station.revoked', data: revoked });
      }),
    ).toEqual(['enrolment']);
  });

  test('another log key: neither enrolled nor the signer', () => {
    const { vkey } = createNoteSigner(station.journal.origin, newKey());
    expect(
      spoil(({ policy }) => {
        policy.logVkey = vkey;
      }),
    ).toEqual(['enrolment', 'checkpoint']);
    expect(
      spoil(({ policy }) => {
        policy.logVkey = station.cosigner.vkey;
      }),
    ).toEqual(['policy']);
    expect(
      spoil(({ policy }) => {
        policy.logVkey = 'nonsense';
      }),
    ).toEqual(['policy']);
    expect(
      spoil(({ policy }) => {
        policy.witnessVkey = station.journal.vkey;
      }),
    ).toEqual(['policy']);
  });

  test('the checkpoint: its size, its root, its signature', () => {
    const alter = (from: RegExp | string, to: string) =>
      spoil(given => {
        given.checkpoint = given.checkpoint.replace(from, to);
      });
    expect(alter('\n310\n', '\n309\n')).toEqual(['checkpoint']);
    expect(alter(/\n[^\n]+\n\n/, `\n${base64(Buffer.alloc(32))}\n\n`)).toEqual(['checkpoint']);
    expect(alter(/\n— audit[^\n]+/, '')).toEqual(['checkpoint']);
    expect(alter(station.journal.origin, 'audit.local/s/other/0')).toEqual(['checkpoint']);
  });

  test('a cosignature that is wrong, not merely absent', () => {
    const other = textOf(bundle.checkpoint).replace('\n310\n', '\n309\n');
    const line = station.cosigner.sign(other);
    expect(
      spoil(given => {
        given.checkpoint = joinNote(textOf(given.checkpoint), [first(linesOf(given.checkpoint)), line]);
      }),
    ).toEqual(['witness']);
  });

  test('a cosignature by somebody else counts for nothing', () => {
    const stranger = createCosigner(parseVkey(station.cosigner.vkey).name, newKey(), () => 1_767_225_600);
    const given = copy();
    given.checkpoint = joinNote(textOf(given.checkpoint), [
      first(linesOf(given.checkpoint)),
      stranger.sign(textOf(given.checkpoint)),
    ]);
    expect(outcomes(given)).toMatchObject({ witness: 'warning' });
  });

  test('an entry: its bytes, its place, its proof', () => {
    const inEntry = (change: (entry: ProofBundle['entries'][number]) => void) =>
      spoil(({ entries }) => change(first(entries)));
    expect(
      inEntry(entry => {
        entry.bytes = base64(Buffer.from(entry.bytes, 'base64').subarray(1));
      }),
    ).toEqual(['entries']);
    expect(
      inEntry(entry => {
        entry.index = 3;
      }),
    ).toEqual(['entries']);
    expect(
      inEntry(entry => {
        entry.proof = entry.proof.slice(1);
      }),
    ).toEqual(['entries']);
    expect(
      inEntry(entry => {
        entry.proof.reverse();
      }),
    ).toEqual(['entries']);
  });

  test('one bit of any entry or of its proof', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (which, part, bit) => {
        const given = copy();
        const entry = given.entries[which % given.entries.length];
        if (!entry) throw new Error('no such entry');
        const at = part % (entry.proof.length + 1);
        const turned = (text: string) => base64(flip(Buffer.from(text, 'base64'), bit));
        if (at === entry.proof.length) entry.bytes = turned(entry.bytes);
        else entry.proof[at] = turned(entry.proof[at] ?? '');
        const { steps, entries } = verifyProofBundle(given, pins);
        expect(steps.filter(({ outcome }) => outcome === 'failed').map(({ step }) => step)).toContain('entries');
        expect(entries).toHaveLength(given.entries.length - 1);
      }),
      { numRuns: 60 },
    );
  });

  test('personal data: its ciphertext, its key, its place', () => {
    const inDisclosure = (change: (given: ProofBundle['disclosures'][number]) => void) =>
      spoil(({ disclosures }) => change(first(disclosures)));
    const turned = (text: string) => base64(flip(Buffer.from(text, 'base64'), 100));
    expect(
      inDisclosure(given => {
        given.ct = turned(given.ct);
      }),
    ).toEqual(['personal data']);
    expect(
      inDisclosure(given => {
        given.key = turned(given.key);
      }),
    ).toEqual(['personal data']);
    expect(
      inDisclosure(given => {
        given.slot = 1;
      }),
    ).toEqual(['personal data']);
    expect(
      inDisclosure(given => {
        given.index = 2;
      }),
    ).toEqual(['personal data']);
  });
});

describe('what is no bundle', () => {
  test.each([[null], [undefined], [1], ['text'], [[]], [{}], [{ v: 2 }]])('%j', given => {
    expect(failedSteps(given)).toEqual(['bundle']);
  });

  test('anything at all: an answer, never an exception', () => {
    fc.assert(fc.property(fc.anything(), given => void verifyProofBundle(given, pins)));
    const parts = fc.constantFrom<(given: ProofBundle, text: string) => void>(
      (given, text) => {
        given.checkpoint = text;
      },
      (given, text) => {
        given.policy.logVkey = text;
      },
      (given, text) => {
        given.policy.fleetVkey = text;
      },
      (given, text) => {
        given.policy.witnessVkey = text;
      },
      (given, text) => {
        given.policy.fleet = { entry: text, proof: given.policy.fleet?.proof ?? '' };
      },
      (given, text) => {
        given.policy.fleet = { entry: given.policy.fleet?.entry ?? '', proof: text };
      },
      (given, text) => {
        first(given.entries).bytes = base64(Buffer.from(text));
      },
      (given, text) => {
        first(given.entries).proof = [base64(Buffer.from(text))];
      },
      (given, text) => {
        first(given.disclosures).ct = base64(Buffer.from(text));
      },
      (given, text) => {
        first(given.disclosures).key = base64(Buffer.from(text));
      },
    );
    fc.assert(
      fc.property(parts, fc.string({ unit: 'binary', maxLength: 100 }), (put, text) => {
        const given = copy();
        put(given, text);
        expect(verifyProofBundle(given, pins).ok).toBe(false);
      }),
    );
  });
});
