import type { SchemaModule } from 'kysely';

export const name = '0006-station-keys';

/** Stations with the keys by which they are known, proofs that were used once, and codes for one certain station. */
export async function up(schema: SchemaModule): Promise<void> {
  await schema
    .createTable('station')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('auth_key', 'text', c => c.notNull())
    .addColumn('encryption_key', 'text', c => c.notNull())
    .addColumn('enrolled_at', 'text', c => c.notNull())
    .addColumn('revoked_at', 'text')
    .execute();
  await schema
    .createTable('dpop_jti')
    .addColumn('hash', 'text', c => c.primaryKey())
    .addColumn('expires_at', 'bigint', c => c.notNull())
    .execute();
  await schema.alterTable('enrol_code').addColumn('station', 'text').execute();
}
