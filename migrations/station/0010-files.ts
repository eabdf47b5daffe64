export const name = '0010-files';

/** Every encrypted file beside the database: whose it is, and whether the server has it. */
export const sql = `
CREATE TABLE file(sha256 TEXT PRIMARY KEY, subject TEXT NOT NULL, at_server INTEGER NOT NULL DEFAULT 0)
  STRICT, WITHOUT ROWID;
CREATE INDEX file_waiting ON file(sha256) WHERE at_server = 0;
CREATE INDEX file_subject ON file(subject);
CREATE TRIGGER forgotten_files AFTER INSERT ON forgotten BEGIN DELETE FROM file WHERE subject = NEW.subject; END;
`;
