export const name = '0004-evidence-and-approvals';

export const sql = `
ALTER TABLE approval ADD COLUMN ended_idx INTEGER REFERENCES entry(idx);
ALTER TABLE evidence ADD COLUMN supersedes TEXT REFERENCES evidence(id);
ALTER TABLE evidence ADD COLUMN thumbnail_sha256 TEXT;
ALTER TABLE evidence ADD COLUMN condition TEXT NOT NULL DEFAULT 'whole';
CREATE UNIQUE INDEX evidence_superseded ON evidence(supersedes) WHERE supersedes IS NOT NULL;
CREATE INDEX IF NOT EXISTS entry_ref_type ON entry_ref(type, idx);
`;
