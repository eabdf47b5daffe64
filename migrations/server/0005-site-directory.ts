import type { SchemaModule } from 'kysely';

export const name = '0005-site-directory';

/** The newest signed directory of each site; what is in it is sealed to the benches of the site. */
export async function up(schema: SchemaModule): Promise<void> {
  await schema
    .createTable('site_directory')
    .addColumn('site', 'text', c => c.primaryKey())
    .addColumn('vkey', 'text', c => c.notNull())
    .addColumn('version', 'bigint', c => c.notNull())
    .addColumn('note', 'text', c => c.notNull())
    .addColumn('sealed', 'text', c => c.notNull())
    .execute();
}
