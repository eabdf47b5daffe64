import type { SchemaModule } from 'kysely';

export const name = '0009-blobs';

/** Encrypted files of stations, in pieces as they arrived. */
export async function up(schema: SchemaModule, blob: 'blob' | 'bytea'): Promise<void> {
  await schema
    .createTable('blob')
    .addColumn('station', 'text', c => c.notNull())
    .addColumn('sha256', 'text', c => c.notNull())
    .addColumn('subject', 'text', c => c.notNull())
    .addColumn('size', 'bigint', c => c.notNull())
    .addColumn('received', 'bigint', c => c.notNull())
    .addColumn('begun_at', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('blob_pk', ['station', 'sha256'])
    .execute();
  await schema.createIndex('blob_subject').on('blob').column('subject').execute();
  await schema
    .createTable('blob_piece')
    .addColumn('station', 'text', c => c.notNull())
    .addColumn('sha256', 'text', c => c.notNull())
    .addColumn('at', 'bigint', c => c.notNull())
    .addColumn('bytes', blob, c => c.notNull())
    .addPrimaryKeyConstraint('blob_piece_pk', ['station', 'sha256', 'at'])
    .execute();
}
