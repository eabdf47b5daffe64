import type { SchemaModule } from 'kysely';

export const name = '0001-logs';

/** `blob` is the dialect's type for bytes. Written with the schema builder, so that every dialect takes the same step. */
export async function up(schema: SchemaModule, blob: 'blob' | 'bytea'): Promise<void> {
  await schema
    .createTable('log')
    .addColumn('oh', 'text', c => c.primaryKey())
    .addColumn('origin', 'text', c => c.notNull().unique())
    .addColumn('vkey', 'text', c => c.notNull())
    .addColumn('station', 'text')
    .addColumn('prefix', 'text')
    .addColumn('size', 'bigint', c => c.notNull())
    .addColumn('frontier', blob, c => c.notNull())
    .addColumn('root', blob, c => c.notNull())
    .addColumn('frozen', 'text')
    .addColumn('fleet_index', 'bigint')
    .execute();
  await schema
    .createTable('entry')
    .addColumn('oh', 'text', c => c.notNull())
    .addColumn('idx', 'bigint', c => c.notNull())
    .addColumn('bytes', blob, c => c.notNull())
    .addColumn('leaf', blob, c => c.notNull())
    .addPrimaryKeyConstraint('entry_pk', ['oh', 'idx'])
    .execute();
  await schema
    .createTable('tile')
    .addColumn('oh', 'text', c => c.notNull())
    .addColumn('level', 'integer', c => c.notNull())
    .addColumn('n', 'bigint', c => c.notNull())
    .addColumn('data', blob, c => c.notNull())
    .addColumn('root', blob, c => c.notNull())
    .addPrimaryKeyConstraint('tile_pk', ['oh', 'level', 'n'])
    .execute();
  await schema
    .createTable('checkpoint')
    .addColumn('oh', 'text', c => c.notNull())
    .addColumn('size', 'bigint', c => c.notNull())
    .addColumn('root', blob, c => c.notNull())
    .addColumn('note', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('checkpoint_pk', ['oh', 'size'])
    .execute();
  await schema
    .createTable('quarantine')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('oh', 'text', c => c.notNull())
    .addColumn('received_at', 'text', c => c.notNull())
    .addColumn('fault', 'text', c => c.notNull())
    .addColumn('note', 'text', c => c.notNull())
    .execute();
  await schema
    .createTable('enrol_code')
    .addColumn('hash', 'text', c => c.primaryKey())
    .addColumn('expires_at', 'text', c => c.notNull())
    .addColumn('used_by', 'text')
    .execute();
}
