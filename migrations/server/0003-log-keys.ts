import type { SchemaModule } from 'kysely';

export const name = '0003-log-keys';

/** The keys of logs that changed theirs, each with the smallest head it has to sign; `log.vkey` is the newest. */
export async function up(schema: SchemaModule): Promise<void> {
  await schema
    .createTable('log_key')
    .addColumn('oh', 'text', c => c.notNull())
    .addColumn('from_size', 'bigint', c => c.notNull())
    .addColumn('vkey', 'text', c => c.notNull())
    .addColumn('fleet_index', 'bigint')
    .addPrimaryKeyConstraint('log_key_pk', ['oh', 'from_size'])
    .execute();
}
