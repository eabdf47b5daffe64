/** The data of an entry, a member a line; what is a record or a list of records itself is folded away. */
export function EntryData({ data }: { data: Record<string, unknown> }) {
  const members = Object.entries(data);
  if (members.length === 0) return <span className="dimmed">–</span>;
  return (
    <dl className="entry-data">
      {members.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{isPlain(value) ? plainText(value) : <Folded value={value} />}</dd>
        </div>
      ))}
    </dl>
  );
}

function Folded({ value }: { value: unknown }) {
  const summary = Array.isArray(value) ? `${value.length} of them` : Object.keys(Object(value)).join(', ');
  return (
    <details>
      <summary>{summary}</summary>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </details>
  );
}

function isPlain(value: unknown): boolean {
  return Array.isArray(value) ? value.every(isScalar) : isScalar(value);
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value !== 'object';
}

function plainText(value: unknown): string {
  if (Array.isArray(value)) return value.map(plainText).join(', ') || 'none';
  return value === null || value === undefined ? 'none' : String(value);
}
