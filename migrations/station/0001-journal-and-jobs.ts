export const name = '0001-journal-and-jobs';

export const sql = `
CREATE TABLE log(id INTEGER PRIMARY KEY CHECK(id=1), origin TEXT NOT NULL, size INTEGER NOT NULL, frontier BLOB NOT NULL,
  root BLOB NOT NULL, acked_size INTEGER NOT NULL DEFAULT 0, acked_note TEXT) STRICT;
CREATE TABLE entry(idx INTEGER PRIMARY KEY, bytes BLOB NOT NULL CHECK(length(bytes) BETWEEN 2 AND 65535),
  leaf BLOB NOT NULL CHECK(length(leaf)=32)) STRICT;
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'journal entries are append-only'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'journal entries are append-only'); END;
CREATE TABLE entry_ref(idx INTEGER PRIMARY KEY REFERENCES entry(idx), type TEXT NOT NULL, job TEXT, device TEXT, actor TEXT) STRICT;
CREATE INDEX entry_ref_job ON entry_ref(job, idx) WHERE job IS NOT NULL;
CREATE TABLE tile(level INTEGER NOT NULL, n INTEGER NOT NULL, data BLOB NOT NULL, root BLOB NOT NULL,
  PRIMARY KEY(level,n)) STRICT, WITHOUT ROWID;
CREATE TABLE checkpoint(size INTEGER PRIMARY KEY, note TEXT NOT NULL, cosigs TEXT) STRICT;
CREATE TABLE pii(idx INTEGER NOT NULL, slot INTEGER NOT NULL, subject TEXT NOT NULL, ct BLOB NOT NULL,
  uploaded INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(idx,slot)) STRICT;
CREATE INDEX pii_subject ON pii(subject);
CREATE TABLE setting(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE operator(id TEXT PRIMARY KEY, role TEXT NOT NULL, profile_idx INTEGER NOT NULL REFERENCES entry(idx),
  password_hash TEXT NOT NULL, active INTEGER NOT NULL, created_at TEXT NOT NULL) STRICT;
CREATE TABLE job(id TEXT PRIMARY KEY, ticket TEXT NOT NULL UNIQUE, device TEXT NOT NULL, place TEXT NOT NULL,
  snapshot TEXT NOT NULL, identified_idx INTEGER NOT NULL REFERENCES entry(idx), reason_idx INTEGER, previous TEXT,
  opened_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX job_open_device ON job(device) WHERE place NOT IN ('completed','failed');
CREATE TABLE approval(id TEXT PRIMARY KEY, job TEXT NOT NULL REFERENCES job(id), state TEXT NOT NULL, reason TEXT NOT NULL,
  evidence TEXT NOT NULL, requested_by TEXT NOT NULL, requested_at TEXT NOT NULL, request_idx INTEGER NOT NULL,
  decided_by TEXT, decided_at TEXT, decision_idx INTEGER, expires_at TEXT) STRICT;
CREATE UNIQUE INDEX approval_open ON approval(job) WHERE state IN ('requested','approved');
CREATE TABLE evidence(id TEXT PRIMARY KEY, job TEXT NOT NULL REFERENCES job(id), stage TEXT NOT NULL, media_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, idx INTEGER NOT NULL, captured_by TEXT NOT NULL,
  captured_at TEXT NOT NULL) STRICT;
CREATE INDEX evidence_job ON evidence(job);
CREATE TABLE report(id TEXT PRIMARY KEY, sequence INTEGER NOT NULL UNIQUE, job TEXT NOT NULL REFERENCES job(id),
  scope TEXT NOT NULL, variant TEXT NOT NULL, state TEXT NOT NULL, status TEXT, issued_at TEXT NOT NULL,
  file_name TEXT NOT NULL, file_sha256 TEXT, blob_sha256 TEXT, supersedes INTEGER, numbered_idx INTEGER NOT NULL) STRICT;
`;
