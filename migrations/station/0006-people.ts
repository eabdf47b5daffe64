export const name = '0006-people';

// Whatever forgets somebody takes every credential along in the same transaction, whichever feature asks for it.
export const sql = `
ALTER TABLE operator ADD COLUMN password_set_at TEXT;
ALTER TABLE operator ADD COLUMN last_sign_in TEXT;
ALTER TABLE operator ADD COLUMN language TEXT;
ALTER TABLE operator ADD COLUMN code_hash TEXT;
ALTER TABLE operator ADD COLUMN code_until TEXT;
ALTER TABLE operator ADD COLUMN totp BLOB;
ALTER TABLE operator ADD COLUMN totp_pending BLOB;
ALTER TABLE operator ADD COLUMN totp_counter INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operator ADD COLUMN badge TEXT;
ALTER TABLE operator ADD COLUMN pin_hash TEXT;
ALTER TABLE operator ADD COLUMN notice_version TEXT;
ALTER TABLE operator ADD COLUMN notice_at TEXT;
UPDATE operator SET password_set_at = created_at;
CREATE UNIQUE INDEX operator_badge ON operator(badge) WHERE badge IS NOT NULL;
CREATE TABLE password_history(id INTEGER PRIMARY KEY AUTOINCREMENT, operator TEXT NOT NULL REFERENCES operator(id),
  hash TEXT NOT NULL) STRICT;
CREATE INDEX password_history_operator ON password_history(operator, id);
INSERT INTO password_history(operator, hash) SELECT id, password_hash FROM operator WHERE password_hash <> '';
CREATE TABLE recovery_code(operator TEXT NOT NULL REFERENCES operator(id), hash TEXT NOT NULL,
  PRIMARY KEY(operator, hash)) STRICT, WITHOUT ROWID;
CREATE TABLE sign_in_attempt(key TEXT PRIMARY KEY, operator TEXT, failed INTEGER NOT NULL, boot TEXT NOT NULL,
  at_ms INTEGER NOT NULL) STRICT;
CREATE TRIGGER forgotten_person AFTER INSERT ON forgotten BEGIN
  DELETE FROM password_history WHERE operator = 'op_' || NEW.subject;
  DELETE FROM recovery_code WHERE operator = 'op_' || NEW.subject;
  DELETE FROM sign_in_attempt WHERE operator = 'op_' || NEW.subject;
  UPDATE operator SET password_hash = '', code_hash = NULL, code_until = NULL, totp = NULL, totp_pending = NULL,
    badge = NULL, pin_hash = NULL, language = NULL, last_sign_in = NULL WHERE id = 'op_' || NEW.subject;
END;
`;
