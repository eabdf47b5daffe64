export const name = '0009-badge-history';

// Kept by the database itself, so that no way of changing an account leaves a badge out of its history.
export const sql = `
CREATE TABLE badge_history(operator TEXT NOT NULL REFERENCES operator(id), badge TEXT NOT NULL,
  PRIMARY KEY(operator, badge)) STRICT, WITHOUT ROWID;
INSERT INTO badge_history(operator, badge) SELECT id, badge FROM operator WHERE badge IS NOT NULL;
CREATE TRIGGER badge_carried AFTER UPDATE OF badge ON operator WHEN NEW.badge IS NOT NULL BEGIN
  INSERT OR IGNORE INTO badge_history(operator, badge) VALUES (NEW.id, NEW.badge);
END;
CREATE TRIGGER forgotten_badges AFTER INSERT ON forgotten BEGIN
  DELETE FROM badge_history WHERE operator = 'op_' || NEW.subject;
END;
`;
