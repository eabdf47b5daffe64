export const name = '0003-report-language';

export const sql = `
ALTER TABLE report ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
`;
