export const name = '0012-connectors';

/** What operators call the connectors of the bench. */
export const sql = `
CREATE TABLE connector(port_path TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
`;
