export const name = '0008-customers';

export const sql = `
CREATE TABLE customer(id TEXT PRIMARY KEY, idx INTEGER NOT NULL REFERENCES entry(idx)) STRICT;
CREATE TABLE lot(
  id TEXT PRIMARY KEY,
  customer TEXT NOT NULL REFERENCES customer(id),
  state TEXT NOT NULL,
  idx INTEGER NOT NULL REFERENCES entry(idx),
  manifest_idx INTEGER REFERENCES entry(idx),
  opened_at TEXT NOT NULL,
  closed_at TEXT
) STRICT;
CREATE TABLE lot_job(
  job TEXT PRIMARY KEY REFERENCES job(id),
  lot TEXT NOT NULL REFERENCES lot(id),
  standing TEXT NOT NULL,
  item INTEGER
) STRICT;
CREATE INDEX lot_job_by_lot ON lot_job(lot);
`;
