export const name = '0015-forgotten-without';

/** How many revoked stations an order to forget no longer waits for. */
export const sql = `
ALTER TABLE fleet_forget ADD COLUMN revoked INTEGER;
`;
