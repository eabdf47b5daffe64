import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import { createFakeRandom } from '../../electron/drivers/random/random.fake.ts';
import { exportJournal } from '../../electron/features/journal/export-journal.ts';
import type { Trust } from '../../electron/features/journal/policy.ts';
import { proofBundle } from '../../electron/features/reports/proof-bundle.ts';
import { openStationParts } from '../../electron/station-parts.ts';
import { formatCheckpoint } from '../../shared/tlog/checkpoint.ts';
import { leafHash } from '../../shared/tlog/hash.ts';
import { inclusionProof, rootAt } from '../../shared/tlog/merkle.ts';
import { createCosigner, createNoteSigner, joinNote } from '../../shared/tlog/note.ts';
import { formatTlogProof } from '../../shared/tlog/proof.ts';
import { createSubtreeReader } from '../../shared/tlog/tile.ts';
import type { FleetEvidence } from '../../shared/verify/proof-bundle.ts';

type FleetEntry = { entry: string; proof: string };

const newKey = () => generateKeyPairSync('ed25519').privateKey;

/** A fleet log of a few entries. */
export function createFleetLog() {
  const signer = createNoteSigner('fleet.example', newKey());
  const entries: string[] = [];
  return {
    vkey: signer.vkey,
    signer,
    /** Adds the entry and gives it with its proof under the new head. */
    append(entry: { type: string; data: Record<string, unknown> }): { entry: string; proof: string } {
      const text = canonicalize(entry) ?? '';
      entries.push(text);
      const size = entries.length;
      const subtree = createSubtreeReader({
        size,
        leaf: index => leafHash(Buffer.from(entries[index] ?? '')),
        tile: () => Buffer.alloc(0),
      });
      const head = formatCheckpoint({ origin: signer.name, size, root: rootAt(size, subtree) });
      const note = joinNote(head, [signer.sign(head)]);
      return {
        entry: text,
        proof: formatTlogProof({ index: size - 1, proof: inclusionProof(size - 1, size, subtree), note }),
      };
    },
  };
}

/** A station's own journal on its encrypted database, enrolled with a fleet and cosigned when told to. */
export async function createWitnessedStation() {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-verify-'));
  const clock = createFakeClock();
  const drivers = { clock, random: createFakeRandom(dataDir), keystore: createMemoryKeystore() };
  const parts = await openStationParts(drivers, { dataDir, appVersion: '0.0.0-test', training: false });
  const { database, journal, subjects } = parts;
  const fleet = createFleetLog();
  const cosigner = createCosigner('fleet.example/witness', newKey(), () => Math.floor(clock.now() / 1000));
  fleet.append({ type: 'fleet.opened', data: { witnessVkey: cosigner.vkey } });
  const enrolled = fleet.append({
    type: 'station.enrolled',
    data: { origin: journal.origin, vkey: journal.vkey, prefix: 'TEST', witnessVkey: cosigner.vkey },
  });
  const trust: Trust = { witnessVkey: cosigner.vkey, fleetVkey: fleet.vkey, fleet: enrolled };
  const recorded: FleetEntry[] = [];
  const trustWith = (more: Partial<FleetEvidence>): Trust => ({
    ...trust,
    fleet: { ...enrolled, ...(recorded.length > 0 ? { rotations: [...recorded] } : {}), ...more },
  });

  return {
    ...parts,
    ...drivers,
    dataDir,
    fleet,
    cosigner,
    trust,
    /** Writes plain entries until the journal has this many. */
    fill(size: number) {
      database.write(tx => {
        while (journal.store.headIn(tx).size < size)
          journal.append(tx, { type: 'device.lost', data: { portPath: '1-1' } });
      });
    },
    /** Writes an entry that names somebody, and returns its index. */
    addOperator(name: string): number {
      const subject = subjects.create();
      return database.write(tx =>
        journal.append(tx, {
          type: 'operator.added',
          data: { operator: `op_${subject}`, role: 'technician' },
          pii: { profile: { subject, value: { name } } },
        }),
      );
    },
    /** What a server does with a head it has checked. */
    cosign() {
      const { size, note } = journal.checkpoint();
      const line = cosigner.sign(note.slice(0, note.indexOf('\n\n') + 1));
      database.write(tx => journal.store.acknowledge(tx, size, note + line, line));
    },
    /** Puts a new key in force, and tells the fleet of it unless told not to. */
    async rotate({ record = true } = {}) {
      const { origin } = journal;
      await journal.signing.rotate(data => {
        const index = database.write(tx => journal.append(tx, { type: 'key.rotated', data }));
        if (record) recorded.push(fleet.append({ type: 'key.rotated', data: { origin, ...data, size: index + 1 } }));
      });
    },
    /** What the fleet log says about the station's later keys. */
    recorded,
    /** Proofs of these entries under the newest confirmed head that covers them. */
    bundle: (indexes: readonly number[], more: Partial<FleetEvidence> = {}) =>
      proofBundle({ journal, subjects, trust: trustWith(more) }, indexes, () => true),
    export: (dir: string, more: Partial<FleetEvidence> = {}) => exportJournal(journal, trustWith(more), dir),
    close() {
      parts.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export type WitnessedStation = Awaited<ReturnType<typeof createWitnessedStation>>;
