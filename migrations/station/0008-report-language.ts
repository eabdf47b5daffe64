export const name = '0008-report-language';

export const sql = `
ALTER TABLE report ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
`;
