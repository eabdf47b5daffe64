import { type CheckpointBody, parseCheckpoint } from '../../../shared/tlog/checkpoint.ts';
import { TlogError } from '../../../shared/tlog/errors.ts';
import { verifyConsistency } from '../../../shared/tlog/merkle.ts';
import { openNote, parseVkey } from '../../../shared/tlog/note.ts';
import type { Database } from '../../database/database.ts';
import type { Journal } from '../journal/journal.ts';
import type { Settings } from '../station/settings.ts';
import type { Errand } from './errands.ts';

type Deps = { database: Database; journal: Journal; settings: Settings; log(line: Record<string, unknown>): void };

/**
 * Keeps the largest head of the fleet log that was seen and lets no other history take its place: a server that shows
 * its stations different fleets is found out by the first that saw both. Both signed heads are recorded.
 */
export function createFleetWatch({ database, journal, settings, log }: Deps) {
  const headIn = (note: string): CheckpointBody | null => {
    const vkey = settings.get('fleet-vkey');
    if (vkey === null || note === '') return null;
    try {
      const key = parseVkey(vkey);
      const head = parseCheckpoint(openNote(note, [key]).text);
      return head.origin === key.name ? head : null;
    } catch (error) {
      if (error instanceof TlogError) return null;
      throw error;
    }
  };
  /** Null before the first head, and of another server than the present one. */
  const seen = () => {
    const note = settings.get('fleet-head') ?? '';
    const head = headIn(note);
    return head && { note, ...head };
  };
  const convicted = () => settings.get('fleet-inconsistent') === (settings.get('fleet-vkey') ?? '');

  const look: Errand = async (server, signal) => {
    if (settings.get('fleet-vkey') === null || convicted()) return;
    const known = seen();
    const { note, proof } = await server.fleetHead(known?.size ?? 0, signal);
    const head = headIn(note);
    if (!head) return log({ level: 'error', event: 'sync.fleet_head_wrong' });
    const keep = () => database.write(tx => settings.set(tx, 'fleet-head', note));
    if (!known) return keep();
    // An older head shows nothing yet: the server may have been restored, and has to come by the known one again.
    if (head.size < known.size) return;
    const claim = { oldSize: known.size, oldRoot: known.root, newSize: head.size, newRoot: head.root, proof };
    if (verifyConsistency(claim)) return head.size === known.size ? undefined : keep();
    // Whatever stands in between can spoil a proof; a head of the very same size needs none.
    if (head.size !== known.size && !(await isOther(known, server, signal)))
      return log({ level: 'error', event: 'sync.fleet_proof_wrong' });
    database.write(tx => {
      journal.append(tx, { type: 'fleet.inconsistent', data: { seen: known.note, shown: note } });
      settings.set(tx, 'fleet-inconsistent', settings.get('fleet-vkey') ?? '');
    });
  };

  /** Asks once more: what is wrong twice is not an accident of the line. */
  const isOther = async (known: CheckpointBody, server: Parameters<Errand>[0], signal: AbortSignal) => {
    const { note, proof } = await server.fleetHead(known.size, signal);
    const head = headIn(note);
    if (!head || head.size <= known.size) return false;
    return !verifyConsistency({
      oldSize: known.size,
      oldRoot: known.root,
      newSize: head.size,
      newRoot: head.root,
      proof,
    });
  };

  return {
    look,
    /** What an operator should know, in words. */
    warnings: (): string[] =>
      convicted()
        ? [
            'The server has shown two different histories of its stations. Call an admin of the server before relying on it.',
          ]
        : [],
  };
}
