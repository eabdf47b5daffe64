export const name = '0007-exports';

export const sql = `
CREATE TABLE export(
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  started_at TEXT NOT NULL,
  started_by TEXT NOT NULL,
  idx INTEGER NOT NULL REFERENCES entry(idx),
  filter TEXT NOT NULL,
  encrypted INTEGER NOT NULL,
  reports INTEGER NOT NULL,
  file_name TEXT NOT NULL,
  size_bytes INTEGER,
  sha256 TEXT,
  failure TEXT
) STRICT;
`;
