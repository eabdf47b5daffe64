export const name = '0014-timestamps';

/** When the whole file of a report was time-stamped, and the file it had before, until that one is deleted. */
export const sql = `
ALTER TABLE report ADD COLUMN stamped_at TEXT;
ALTER TABLE report ADD COLUMN replaced_blob_sha256 TEXT;
`;
