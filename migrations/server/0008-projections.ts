import type { SchemaModule } from 'kysely';

export const name = '0008-projections';

/** What is read out of entries after they were taken, how far, and what could not be read. */
export async function up(schema: SchemaModule): Promise<void> {
  await schema
    .createTable('projector')
    .addColumn('oh', 'text', c => c.primaryKey())
    .addColumn('next_idx', 'bigint', c => c.notNull())
    .execute();
  await schema
    .createTable('projected_job')
    .addColumn('oh', 'text', c => c.notNull())
    .addColumn('job', 'text', c => c.notNull())
    .addColumn('ticket', 'text')
    .addColumn('state', 'text', c => c.notNull())
    .addColumn('last_type', 'text', c => c.notNull())
    .addColumn('updated_at', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('projected_job_pk', ['oh', 'job'])
    .execute();
  await schema
    .createTable('projection_error')
    .addColumn('oh', 'text', c => c.notNull())
    .addColumn('idx', 'bigint', c => c.notNull())
    .addColumn('fault', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('projection_error_pk', ['oh', 'idx'])
    .execute();
}
