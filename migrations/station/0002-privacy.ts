export const name = '0002-privacy';

export const sql = `
CREATE TABLE forgotten(subject TEXT PRIMARY KEY, at TEXT NOT NULL, idx INTEGER NOT NULL REFERENCES entry(idx)) STRICT;
CREATE TABLE legal_hold(subject TEXT PRIMARY KEY, since TEXT NOT NULL, idx INTEGER NOT NULL REFERENCES entry(idx)) STRICT;
`;
