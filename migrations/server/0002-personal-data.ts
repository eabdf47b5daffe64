import type { SchemaModule } from 'kysely';

export const name = '0002-personal-data';

/** Sealed personal data and the escrow of its keys beside the logs, and what was ordered to be forgotten. */
export async function up(schema: SchemaModule, blob: 'blob' | 'bytea'): Promise<void> {
  await schema
    .createTable('pii')
    .addColumn('oh', 'text', c => c.notNull())
    .addColumn('idx', 'bigint', c => c.notNull())
    .addColumn('slot', 'integer', c => c.notNull())
    .addColumn('subject', 'text', c => c.notNull())
    .addColumn('ct', blob, c => c.notNull())
    .addPrimaryKeyConstraint('pii_pk', ['oh', 'idx', 'slot'])
    .execute();
  await schema.createIndex('pii_subject').on('pii').column('subject').execute();
  await schema
    .createTable('subject_key')
    .addColumn('subject', 'text', c => c.notNull())
    .addColumn('station', 'text', c => c.notNull())
    .addColumn('sealed', 'text', c => c.notNull())
    .addColumn('received_at', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('subject_key_pk', ['subject', 'station'])
    .execute();
  await schema
    .createTable('key_holder')
    .addColumn('subject', 'text', c => c.notNull())
    .addColumn('station', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('key_holder_pk', ['subject', 'station'])
    .execute();
  await schema
    .createTable('forget_order')
    .addColumn('n', 'bigint', c => c.primaryKey())
    .addColumn('subject', 'text', c => c.notNull().unique())
    .addColumn('ordered_at', 'text', c => c.notNull())
    .addColumn('ordered_by', 'text')
    .addColumn('fleet_index', 'bigint', c => c.notNull())
    .addColumn('completed_at', 'text')
    .execute();
  await schema
    .createTable('order_ack')
    .addColumn('n', 'bigint', c => c.notNull())
    .addColumn('station', 'text', c => c.notNull())
    .addColumn('outcome', 'text', c => c.notNull())
    .addColumn('at', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('order_ack_pk', ['n', 'station'])
    .execute();
  await schema
    .createTable('subject_hold')
    .addColumn('subject', 'text', c => c.primaryKey())
    .addColumn('since', 'text', c => c.notNull())
    .execute();
}
