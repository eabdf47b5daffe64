import type { SchemaModule } from 'kysely';

export const name = '0007-key-changes';

/** Auth keys that stations replaced, good until the new one is used for the first time. */
export async function up(schema: SchemaModule): Promise<void> {
  await schema
    .createTable('retiring_key')
    .addColumn('station', 'text', c => c.primaryKey())
    .addColumn('auth_key', 'text', c => c.notNull())
    .execute();
}
