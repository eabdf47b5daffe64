import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { consistencyProof, inclusionProof, rootAt } from '../../shared/tlog/merkle.ts';
import { formatTlogProof } from '../../shared/tlog/proof.ts';
import { describeWithTools, haveTool, runTool } from '../support/tools.ts';
import { createWitnessedStation, type WitnessedStation } from '../verify/witnessed-station.ts';
import { flip } from './reference-tree.ts';

const size = 600;
const peers = join(import.meta.dirname, '../peers');
let station: WitnessedStation;
let dir: string;

beforeAll(async () => {
  station = await createWitnessedStation();
  station.addOperator('Ada Example');
  station.fill(size);
  station.cosign();
  dir = mkdtempSync(join(tmpdir(), 'bench-outside-'));
});
afterAll(() => {
  station.close();
  rmSync(dir, { recursive: true });
});

/** Where Debian puts the sources of Go's own log packages. */
const goPath = '/usr/share/gocode';
const goPackage = join(goPath, 'src/golang.org/x/mod/sumdb/tlog');

describeGo("Go's sumdb/note and sumdb/tlog on an exported journal", () => {
  let program: string;
  let log: string;

  beforeAll(() => {
    program = join(dir, 'check-log');
    const settings = ['GO111MODULE=off', `GOPATH=${goPath}`, `GOCACHE=${join(dir, 'go-cache')}`, 'GOFLAGS='];
    const built = runTool('env', [...settings, 'go', 'build', '-o', program, join(peers, 'check-log/main.go')]);
    expect(built.output).toBe('');
    log = join(dir, 'log');
    station.export(log);
    writeFileSync(join(dir, 'proofs'), ourProofs().join('\n'));
  }, 180_000);

  const hashesOf = (hashes: readonly Buffer[]) => hashes.map(hash => hash.toString('base64')).join(' ');
  const ourProofs = () => {
    const subtree = station.journal.store.subtree(size);
    return [
      ...[0, 1, 255, 256, 511, 512, 598, 599].map(i => `record ${i} ${hashesOf(inclusionProof(i, size, subtree))}`),
      ...[1, 2, 255, 256, 257, 512, 599].map(
        old => `tree ${old} ${hashesOf([rootAt(old, subtree), ...consistencyProof(old, size, subtree)])}`,
      ),
    ];
  };
  const check = (vkey = station.journal.vkey) => runTool(program, [log, vkey, join(dir, 'proofs')]);
  /** The answer while a file of the export holds something else. */
  const checkWith = (path: string, change: (bytes: Buffer) => Buffer) => {
    const file = join(log, ...path.split('/'));
    const honest = readFileSync(file);
    writeFileSync(file, change(honest));
    const answer = check();
    writeFileSync(file, honest);
    return answer;
  };

  test('accept the head of a log that changes its key, with the old key and with the new one', async () => {
    const own = await createWitnessedStation();
    own.fill(300);
    const old = own.journal.vkey;
    await own.rotate();
    own.fill(310);
    const folder = join(dir, 'rotated');
    own.export(folder);
    const proof = hashesOf(inclusionProof(300, 310, own.journal.store.subtree(310)));
    writeFileSync(join(dir, 'one-proof'), `record 300 ${proof}`);
    const checkAs = (vkey: string) => runTool(program, [folder, vkey, join(dir, 'one-proof')]);
    expect(own.journal.vkey).not.toBe(old);
    for (const vkey of [old, own.journal.vkey])
      expect(checkAs(vkey)).toMatchObject({ status: 0, stdout: '310 entries, 1 proofs\n' });
    expect(checkAs(station.journal.vkey).status).not.toBe(0);
    own.close();
  });

  test('accept the checkpoint, every entry, every tile and our proofs', () => {
    expect(check()).toMatchObject({ status: 0, stdout: '600 entries, 15 proofs\n' });
  });

  test('refuse an altered entry, an altered tile and an altered checkpoint', () => {
    const entry = checkWith('tile/entries/001', bytes => flip(bytes, 8 * 500 + 1));
    expect(entry).toMatchObject({ status: 1, stdout: expect.stringMatching(/^entry \d+: invalid/) });
    expect(checkWith('tile/0/001', bytes => flip(bytes, 4_000))).toMatchObject({ status: 1 });
    const head = checkWith('checkpoint', bytes => Buffer.from(bytes.toString().replace('\n600\n', '\n599\n')));
    expect(head).toMatchObject({ status: 1, stdout: expect.stringContaining('invalid signature') });
  });

  test('refuse another log key', () => {
    expect(check(station.fleet.vkey)).toMatchObject({ status: 1, stdout: expect.stringContaining('no verifiable') });
  });
});

function describeGo(name: string, body: () => void) {
  if (!haveTool('go') || existsSync(goPackage)) describeWithTools(name, ['go'], body);
  else describe.skip(`${name} (skipped: ${goPackage} is missing; package golang-golang-x-mod-dev)`, body);
}

describeWithTools('openssl and coreutils on one entry', ['openssl', 'basenc'], () => {
  const index = 301;
  const check = (change: { entry?: Buffer; note?: string; at?: number }) => {
    const subtree = station.journal.store.subtree(size);
    const note = change.note ?? confirmed();
    const proof = formatTlogProof({ index: change.at ?? index, proof: inclusionProof(index, size, subtree), note });
    writeFileSync(join(dir, 'entry'), change.entry ?? station.journal.store.bytes(index));
    writeFileSync(join(dir, 'proof'), proof);
    const keys = [station.journal.vkey, station.cosigner.vkey];
    return runTool('bash', [join(peers, 'check-proof.sh'), join(dir, 'entry'), join(dir, 'proof'), ...keys]);
  };
  const confirmed = () => {
    const head = station.journal.store.newestCosigned();
    return `${head?.note}${head?.cosigs}`;
  };

  test('accept signature, cosignature and inclusion', () => {
    expect(check({})).toMatchObject({ status: 0, stdout: 'verified\n' });
  });

  test('refuse another entry or another place', () => {
    const altered = flip(station.journal.store.bytes(index), 99);
    expect(check({ entry: altered })).toMatchObject({ status: 1, stdout: 'the entry is not in the log\n' });
    expect(check({ at: index + 1 })).toMatchObject({ status: 1, stdout: 'the entry is not in the log\n' });
  });

  test('refuse an altered head and a witness that did not sign it', () => {
    const note = confirmed().replace('\n600\n', '\n601\n');
    expect(check({ note }).stdout).toContain('the signature is wrong');
    const [own, witness] = confirmed().split(/(?<=\n\n)/);
    const [first, second = ''] = (witness ?? '').split(/(?<=\n)/);
    const bytes = Buffer.from(second.trim().split(' ')[2] ?? '', 'base64');
    const wrong = second.replace(bytes.toString('base64'), flip(bytes, 300).toString('base64'));
    expect(check({ note: `${own}${first}${wrong}` }).stdout).toContain('the cosignature is wrong');
  });
});
