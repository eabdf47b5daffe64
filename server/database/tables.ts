/** Row types of the server's database; the steps stand in migrations/server. */
export type ServerTables = {
  log: {
    /** Hex SHA-256 of the origin. */
    oh: string;
    origin: string;
    vkey: string;
    station: string | null;
    prefix: string | null;
    size: number;
    frontier: Buffer;
    root: Buffer;
    /** Why nothing more is taken; null while the log is in order. */
    frozen: string | null;
    /** Index of its `station.enrolled` leaf in the fleet log. */
    fleet_index: number | null;
  };
  entry: { oh: string; idx: number; bytes: Buffer; leaf: Buffer };
  tile: { oh: string; level: number; n: number; data: Buffer; root: Buffer };
  checkpoint: { oh: string; size: number; root: Buffer; note: string };
  quarantine: { id: string; oh: string; received_at: string; fault: string; note: string };
  enrol_code: { hash: string; expires_at: string; used_by: string | null };
};
