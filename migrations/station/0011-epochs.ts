export const name = '0011-epochs';

/**
 * A station whose history broke goes on in a new log. Entries keep their places: those of the present log begin at
 * `start`, and of logs that were closed their heads stay.
 */
export const sql = `
ALTER TABLE log ADD COLUMN start INTEGER NOT NULL DEFAULT 0;
CREATE TABLE past_log(start INTEGER PRIMARY KEY, origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL,
  acked_size INTEGER NOT NULL, first_vkey TEXT NOT NULL) STRICT;
CREATE TABLE past_checkpoint(origin TEXT NOT NULL, size INTEGER NOT NULL, note TEXT NOT NULL, cosigs TEXT,
  PRIMARY KEY(origin, size)) STRICT, WITHOUT ROWID;
`;
