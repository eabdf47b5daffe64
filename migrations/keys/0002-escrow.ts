export const name = '0002-escrow';

/** Which keys the server has in escrow, and which are kept there alone. */
export const sql = `
ALTER TABLE subject_key ADD COLUMN escrowed INTEGER NOT NULL DEFAULT 0;
CREATE TABLE away(subject TEXT PRIMARY KEY, since TEXT NOT NULL) STRICT;
`;
