import type { Identifiers } from '../../shared/devices.ts';

/** Identifiers as the station shows them to this role, masked or not. */
export function IdentifierList({ ids }: { ids: Identifiers }) {
  const rows = [
    ['Serial', ids.serial],
    ...ids.imei.map((imei, index) => [ids.imei.length > 1 ? `IMEI ${index + 1}` : 'IMEI', imei] as const),
    ['MEID', ids.meid],
    ['EID', ids.eid],
  ].filter((row): row is [string, string] => row[1] !== null);
  if (rows.length === 0) return <p className="dimmed flush">no identifier</p>;
  return (
    <dl className="identifiers">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
