export const name = '0001-subject-keys';

export const sql = `
CREATE TABLE subject_key(subject TEXT PRIMARY KEY, wrapped BLOB NOT NULL, created_at TEXT NOT NULL) STRICT;
`;
