import { connectorName } from '../../../shared/connector-name.ts';
import { BenchError } from '../../../shared/errors.ts';
import type { OperatorId } from '../../../shared/ids.ts';
import type { Database } from '../../database/database.ts';
import { query } from '../../database/query.ts';
import type { Journal } from '../journal/journal.ts';
import { subjectOf } from '../journal/subjects.ts';

/** What the operators call the connectors, kept by the system's path of each. */
export function createConnectors({ database, journal }: { database: Database; journal: Journal }) {
  const names = new Map(
    database.read
      .all(query.selectFrom('connector').select(['port_path', 'name']))
      .map(({ port_path, name }) => [port_path, name]),
  );
  return {
    nameOf: (portPath: string): string | null => names.get(portPath) ?? null,
    /** Null takes the name away. Throws `conflict` when another connector is called so. */
    rename(portPath: string, name: string | null, by: OperatorId): void {
      if (name !== null && names.get(portPath) === name) return;
      const other = [...names].find(([path, known]) => known === name && path !== portPath);
      if (other) throw new BenchError('conflict', `Another connector is called ${name}. Choose another name.`);
      database.write(tx => {
        tx.run(query.deleteFrom('connector').where('port_path', '=', portPath));
        if (name !== null) tx.run(query.insertInto('connector').values({ port_path: portPath, name }));
        const pii = { text: { subject: subjectOf(by), value: { name: name ?? '' } } };
        const data = { portPath: connectorName(portPath), named: name !== null };
        journal.append(tx, { type: 'connector.named', actor: by, data, pii });
      });
      if (name === null) names.delete(portPath);
      else names.set(portPath, name);
    },
  };
}
