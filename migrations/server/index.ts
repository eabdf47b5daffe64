import * as logs from './0001-logs.ts';

/** Steps of the server's database, oldest first; a step that has shipped never changes. */
export const serverMigrations = [logs] as const;
