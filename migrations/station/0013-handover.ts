export const name = '0013-handover';

/** Jobs given to and taken from other stations; `source` is the job's id at the station that gave it. */
export const sql = `
DROP INDEX job_open_device;
CREATE UNIQUE INDEX job_open_device ON job(device) WHERE place NOT IN ('completed','failed','handed_over');
CREATE TABLE handover(
  id TEXT NOT NULL,
  direction TEXT NOT NULL CHECK(direction IN ('given','taken')),
  job TEXT NOT NULL REFERENCES job(id),
  source TEXT NOT NULL,
  idx INTEGER NOT NULL REFERENCES entry(idx),
  sha256 TEXT,
  blob_sha256 TEXT,
  PRIMARY KEY(id, direction),
  UNIQUE(source, direction),
  UNIQUE(job, direction)
) STRICT;
`;
