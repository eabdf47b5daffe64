export const name = '0005-fleet-forgetting';

export const sql = `
CREATE TABLE fleet_forget(subject TEXT PRIMARY KEY, raised INTEGER NOT NULL, n INTEGER, outcome TEXT, told TEXT,
  refusal TEXT, waiting INTEGER, held INTEGER, completed_at TEXT) STRICT;
CREATE INDEX pii_pending ON pii(idx) WHERE uploaded = 0;
`;
