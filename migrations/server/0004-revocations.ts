import type { SchemaModule } from 'kysely';

export const name = '0004-revocations';

/** Logs of revoked stations: what came before `size` stays valid, nothing after it is taken. */
export async function up(schema: SchemaModule): Promise<void> {
  await schema
    .createTable('revocation')
    .addColumn('oh', 'text', c => c.primaryKey())
    .addColumn('size', 'bigint', c => c.notNull())
    .addColumn('fleet_index', 'bigint', c => c.notNull())
    .execute();
}
