import { createHash } from 'node:crypto';
import type { OperatorId } from '../../../shared/ids.ts';
import type { Me } from '../../../shared/me.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { Settings } from '../station/settings.ts';
import type { IdentityStore } from './identity.store.ts';

type Deps = { database: Database; journal: Journal; settings: Settings; store: IdentityStore; clock: Clock };

/** What the bench keeps about somebody, as a file of theirs. Secrets are no part of it: of those there are digests alone. */
export function createOwnData({ database, journal, settings, store, clock }: Deps) {
  const entryOf = (seq: number) => {
    const { type, at, job, device, data } = journal.entry(seq);
    return { seq, type, at, job: job ?? null, device: device ?? null, data };
  };
  return (operator: OperatorId, account: Omit<Me, 'sessions'>): { fileName: string; content: string } => {
    const entries = store.entryNumbersOf(operator).map(entryOf);
    const exportedAt = new Date(clock.now()).toISOString();
    const station = { id: settings.get('station-id'), name: settings.get('station-name') };
    const whole = { kind: 'veriqko-own-data', version: 1, exportedAt, station, account, entries };
    const content = `${JSON.stringify(whole, null, 2)}\n`;
    const sha256 = createHash('sha256').update(content).digest('hex');
    database.write(tx =>
      journal.append(tx, {
        type: 'operator.data_exported',
        actor: operator,
        data: { entries: entries.length, sha256 },
      }),
    );
    return { fileName: `about-me-${exportedAt.slice(0, 10)}.json`, content };
  };
}
