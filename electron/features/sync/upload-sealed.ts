import { sha256 } from '../../../shared/tlog/hash.ts';
import type { Database } from '../../database/database.ts';
import type { Journal } from '../journal/journal.ts';
import type { Errand } from './errands.ts';
import { createSealedStore } from './sealed.store.ts';

const mostValues = 500;
const softBytes = 2 * 1024 * 1024;

type Deps = { database: Database; journal: Journal; log(line: Record<string, unknown>): void };

/** Sends the sealed values of cosigned entries after them, page by page; what was sent is not sent again. */
export function uploadSealed({ database, journal, log }: Deps): Errand {
  const store = createSealedStore(database.read);
  const next = () => {
    let bytes = 0;
    const rows = store.toSend(journal.store.start + journal.status().cosignedSize, mostValues).filter((row, i) => {
      bytes += row.ct.length;
      return i === 0 || bytes <= softBytes;
    });
    const values = rows.map(row => ({ ...row, leaf: journal.entry(row.idx) }));
    // An older epoch is a log of its own at the server.
    const origin = values[0]?.leaf.origin;
    return { origin, values: values.filter(({ leaf }) => leaf.origin === origin) };
  };

  return async (server, signal) => {
    for (;;) {
      const { origin, values } = next();
      if (origin === undefined) return;
      const oh = sha256(Buffer.from(origin)).toString('hex');
      const sent = values.map(({ leaf, slot, ct }) => ({ idx: leaf.seq, slot, ct }));
      const statuses = await server.putSealed(oh, sent, signal);
      if (statuses.includes(404)) return;
      const refused = statuses.filter(status => status === 409 || status === 422).length;
      if (refused > 0) log({ level: 'error', event: 'sync.sealed_refused', values: refused });
      database.write(tx => {
        for (const [i, value] of values.entries()) store.mark(tx, value, [409, 422].includes(statuses[i] ?? 0) ? 2 : 1);
      });
    }
  };
}
