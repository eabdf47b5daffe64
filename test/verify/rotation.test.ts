import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createNoteSigner, joinNote, parseVkey } from '../../shared/tlog/note.ts';
import { verifyProofBundle } from '../../shared/verify/proof.ts';
import type { ProofBundle } from '../../shared/verify/proof-bundle.ts';
import { verifyPath } from '../../shared/verify/verify-path.ts';
import { createFleetLog, createWitnessedStation, type WitnessedStation } from './witnessed-station.ts';

let station: WitnessedStation;
beforeEach(async () => {
  station = await createWitnessedStation();
  station.fill(10);
  station.cosign();
});
afterEach(() => station.close());

const check = (bundle: unknown) => {
  const { ok, steps } = verifyProofBundle(JSON.parse(JSON.stringify(bundle)), { fleetVkey: station.fleet.vkey });
  const of = (name: string) => steps.filter(({ step }) => step === name);
  const failed = [...new Set(steps.filter(({ outcome }) => outcome === 'failed').map(({ step }) => step))];
  expect(ok).toBe(failed.length === 0);
  return {
    ok,
    failed,
    outcomes: (name: string) => of(name).map(({ outcome }) => outcome),
    words: (name: string) =>
      of(name)
        .map(({ detail }) => detail)
        .join(' '),
  };
};
const only = <T>(list: readonly T[] | undefined): T => {
  const [item] = list ?? [];
  if (item === undefined) throw new Error('the list is empty');
  return item;
};
const textOf = (note: string) => note.slice(0, note.lastIndexOf('\n\n') + 1);
const linesOf = (note: string) => note.slice(note.lastIndexOf('\n\n') + 2).split(/(?<=\n)/);

/** Rotated and confirmed, so that the new key alone signs from here on. */
async function rotate(options = {}) {
  await station.rotate(options);
  station.fill(station.journal.status().size + 3);
  station.cosign();
  await station.journal.signing.settle();
  station.fill(station.journal.status().size + 3);
  station.cosign();
}

describe('proofs made before and after a change of key', () => {
  test('both hold, with nothing pinned but the fleet', async () => {
    const before = station.bundle([2]);
    await rotate();
    const after = station.bundle([2, 14]);
    await rotate();
    const last = station.bundle([14, 20]);
    expect(check(before)).toMatchObject({ ok: true });
    expect(check(before).outcomes('rotation')).toEqual([]);
    expect(check(after)).toMatchObject({ ok: true });
    expect(check(after).outcomes('rotation')).toEqual(['ok']);
    expect(check(last).outcomes('rotation')).toEqual(['ok', 'ok']);
    expect(check(last)).toMatchObject({ ok: true });
  });

  test('an export too, and its verifier follows the entries', async () => {
    await rotate();
    const dir = mkdtempSync(join(tmpdir(), 'bench-rotated-'));
    station.export(dir);
    const verify = async () => {
      const { ok, steps } = await verifyPath(dir, { fleetVkey: station.fleet.vkey });
      return { ok, failed: steps.filter(({ outcome }) => outcome === 'failed').map(({ step }) => step) };
    };
    expect(await verify()).toEqual({ ok: true, failed: [] });
    const policy = JSON.parse(readFileSync(join(dir, 'policy.json'), 'utf8')) as ProofBundle['policy'];
    const put = (changed: object) => writeFileSync(join(dir, 'policy.json'), JSON.stringify({ ...policy, ...changed }));
    put({ rotations: [] });
    expect((await verify()).ok).toBe(false);
    // The first key alone, as if it had never been replaced: the entries say otherwise.
    const first = JSON.parse(policy.fleet?.entry ?? '') as { data: { vkey: string } };
    put({ rotations: [], logVkey: first.data.vkey, fleet: { entry: policy.fleet?.entry, proof: policy.fleet?.proof } });
    writeFileSync(join(dir, 'log.vkey'), `${first.data.vkey}\n`);
    expect((await verify()).ok).toBe(false);
    rmSync(dir, { recursive: true });
  });

  test('before the server recorded it: true, with a warning', async () => {
    await rotate({ record: false });
    const { ok, outcomes, words } = check(station.bundle([14]));
    expect(ok).toBe(true);
    expect(outcomes('rotation')).toEqual(['warning']);
    expect(words('rotation')).toMatch(/no record of it in the fleet log/);
  });
});

describe('a change of key that does not hold', () => {
  let bundle: ProofBundle;
  beforeEach(async () => {
    await rotate();
    bundle = structuredClone(station.bundle([14]));
  });
  const rotation = () => only(bundle.policy.rotations);

  test('without the signature of the old key, or of the new one', () => {
    const { checkpoint } = rotation();
    const [old = '', next = ''] = linesOf(checkpoint);
    rotation().checkpoint = joinNote(textOf(checkpoint), [next]);
    expect(check(bundle).failed).toContain('rotation');
    expect(check(bundle).words('rotation')).toMatch(/not signed by both/);
    rotation().checkpoint = joinNote(textOf(checkpoint), [old]);
    expect(check(bundle).failed).toContain('rotation');
  });

  test('to a key that somebody else made, signed with that key alone', () => {
    const { origin } = station.journal;
    const thief = createNoteSigner(origin, generateKeyPairSync('ed25519').privateKey);
    const leaf = JSON.parse(Buffer.from(rotation().entry.bytes, 'base64').toString()) as { data: { vkey: string } };
    leaf.data.vkey = thief.vkey;
    const text = textOf(rotation().checkpoint);
    rotation().entry.bytes = Buffer.from(JSON.stringify(leaf)).toString('base64');
    rotation().checkpoint = joinNote(text, [only(linesOf(rotation().checkpoint)), thief.sign(text)]);
    bundle.policy.logVkey = thief.vkey;
    bundle.policy.fleet = { entry: bundle.policy.fleet?.entry ?? '', proof: bundle.policy.fleet?.proof ?? '' };
    const head = textOf(bundle.checkpoint);
    bundle.checkpoint = joinNote(head, [thief.sign(head)]);
    expect(check(bundle).failed).toContain('rotation');
    expect(check(bundle).words('rotation')).toMatch(/not under the head that both keys signed/);
  });

  test('whose entry in the fleet log is about another station, or names another key', () => {
    const { journal, fleet } = station;
    const data = { origin: journal.origin, previous: station.recorded.length, vkey: journal.vkey, size: 11 };
    const previous = parseVkey(JSON.parse(station.trust.fleet?.entry ?? '').data.vkey).vkey;
    const say = (change: object) =>
      check({
        ...bundle,
        policy: {
          ...bundle.policy,
          fleet: {
            ...bundle.policy.fleet,
            rotations: [fleet.append({ type: 'key.rotated', data: { ...data, previous, ...change } })],
          },
        },
      });
    expect(say({}).failed).toEqual([]);
    expect(say({ origin: 'audit.local/s/another/0' }).words('rotation')).toMatch(/about another station/);
    expect(say({ origin: 'audit.local/s/another/0' }).failed).toContain('rotation');
    expect(say({ vkey: createFleetLog().vkey }).failed).toContain('rotation');
    expect(say({ size: 12 }).failed).toContain('rotation');
  });

  test('whose proof is of another fleet', () => {
    const other = createFleetLog();
    const stolen = JSON.parse(only(station.recorded).entry) as { type: string; data: Record<string, unknown> };
    if (bundle.policy.fleet) bundle.policy.fleet.rotations = [other.append(stolen)];
    expect(check(bundle).failed).toContain('rotation');
  });

  test('that the file leaves out, though the fleet log records it', () => {
    const { rotations, ...policy } = bundle.policy;
    expect(rotations).toHaveLength(1);
    const first = JSON.parse(policy.fleet?.entry ?? '').data.vkey as string;
    const given = { ...bundle, policy: { ...policy, logVkey: first } };
    expect(check(given).failed).toContain('rotation');
    expect(check(given).words('rotation')).toMatch(/leaves out/);
    expect(check({ ...bundle, policy }).failed).toContain('enrolment');
  });

  test('a head that the old key signed after it was replaced', () => {
    const [old = ''] = linesOf(rotation().checkpoint);
    const head = textOf(rotation().checkpoint);
    expect(check({ ...bundle, checkpoint: joinNote(head, [old]) }).failed).toContain('checkpoint');
  });
});

describe('a station that was revoked', () => {
  const revoke = (size: number, origin = station.journal.origin) =>
    station.fleet.append({ type: 'station.revoked', data: { origin, size } });

  test('what the server confirmed before stays valid, and the file says that it was revoked', () => {
    const { ok, outcomes, words } = check(station.bundle([2, 9], { revoked: revoke(10) }));
    expect(ok).toBe(true);
    expect(outcomes('revocation')).toEqual(['warning']);
    expect(words('revocation')).toMatch(/revokes the station at 10 entries/);
  });

  test('nothing from that size on is verified', () => {
    station.fill(20);
    station.cosign();
    const late = check(station.bundle([2, 10, 15], { revoked: revoke(10) }));
    expect(late.failed).toEqual(['revocation']);
    expect(late.words('revocation')).toMatch(/Not verified, the station was revoked at 10 entries: 10, 15/);
    expect(check(station.bundle([2, 9], { revoked: revoke(10) })).ok).toBe(true);
  });

  test('nor what no server confirmed, at whatever place', () => {
    const bundle = station.bundle([2], { revoked: revoke(10) });
    bundle.checkpoint = joinNote(textOf(bundle.checkpoint), linesOf(bundle.checkpoint).slice(0, 1));
    expect(check(bundle).failed).toEqual(['revocation']);
  });

  test('an export counts up to there', async () => {
    station.fill(20);
    station.cosign();
    const dir = mkdtempSync(join(tmpdir(), 'bench-revoked-'));
    station.export(dir, { revoked: revoke(10) });
    const { ok, steps } = await verifyPath(dir, { fleetVkey: station.fleet.vkey });
    expect(ok).toBe(false);
    const failed = steps.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ step, detail }) => `${step}: ${detail}`)).toEqual([
      'revocation: Not verified, the station was revoked: entry 10 and all that come after it.',
    ]);
    rmSync(dir, { recursive: true });
  });

  test('a word about another station, or from another fleet, is no revocation and no proof', () => {
    expect(check(station.bundle([2], { revoked: revoke(10, 'audit.local/s/another/0') })).failed).toEqual([
      'revocation',
    ]);
    const { origin } = station.journal;
    const foreign = createFleetLog().append({ type: 'station.revoked', data: { origin, size: 10 } });
    expect(check(station.bundle([2], { revoked: foreign })).failed).toEqual(['revocation']);
  });

  test('left out of the file: the verifier says that it cannot see it', () => {
    revoke(10);
    const { ok, outcomes, words } = check(station.bundle([2]));
    expect(ok).toBe(true);
    expect(outcomes('revocation')).toEqual(['skipped']);
    expect(words('revocation')).toMatch(/left out of the file, cannot be seen from here/);
  });
});
