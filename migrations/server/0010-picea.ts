import type { SchemaModule } from 'kysely';

export const name = '0010-picea';

/** What Picea's cloud knows, how far it was asked, and the tool operations of journals; entries are read anew for these. */
export async function up(schema: SchemaModule): Promise<void> {
  await schema
    .createTable('projected_erase')
    .addColumn('oh', 'text', c => c.notNull())
    .addColumn('idx', 'bigint', c => c.notNull())
    .addColumn('job', 'text', c => c.notNull())
    .addColumn('operation', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('projected_erase_pk', ['oh', 'idx'])
    .execute();
  await schema.createIndex('projected_erase_operation').on('projected_erase').column('operation').execute();
  await schema
    .createTable('picea_transaction')
    .addColumn('uid', 'text', c => c.primaryKey())
    .addColumn('type', 'bigint', c => c.notNull())
    .addColumn('position', 'bigint', c => c.notNull())
    .addColumn('pdf_sha256', 'text')
    .execute();
  await schema
    .createTable('picea_cursor')
    .addColumn('client', 'text', c => c.primaryKey())
    .addColumn('next_position', 'bigint', c => c.notNull())
    .execute();
  await schema.dropTable('projector').execute();
  await schema
    .createTable('projector')
    .addColumn('oh', 'text', c => c.primaryKey())
    .addColumn('next_idx', 'bigint', c => c.notNull())
    .execute();
}
