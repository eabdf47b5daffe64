import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { BenchError } from '../../../shared/errors.ts';
import { unwrapKey } from '../journal/wrapping-key.ts';
import { openSealed, sealTo } from './archive-file.ts';
import type { KeyRows } from './backup.store.ts';

const Escrow = z.object({
  databaseKey: z.string(),
  /** Values of the keystore by name; none of them signs. */
  secrets: z.record(z.string().regex(/^[a-z-]+$/), z.string()),
  subjects: z.array(z.object({ subject: z.uuid(), key: z.string(), createdAt: z.string(), escrowed: z.int() })),
  away: z.array(z.object({ subject: z.uuid(), since: z.string() })),
});

type Secrets = { databaseKey: Uint8Array; secrets: Record<string, string> };

const databaseName = 'database-key';

/** The keys of a station, each sealed by itself to the recovery key. No key that signs is among them. */
export async function sealEscrow(
  recovery: KeyObject,
  station: Secrets & { rows: KeyRows; wrappingKey: Buffer },
): Promise<Buffer> {
  const { rows, wrappingKey } = station;
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries(station.secrets))
    secrets[name] = await sealTo(recovery, name, Buffer.from(value));
  const subjects: z.infer<typeof Escrow>['subjects'] = [];
  for (const { subject, wrapped, created_at, escrowed } of rows.here) {
    const key = await sealTo(recovery, subject, unwrap(wrappingKey, subject, wrapped));
    subjects.push({ subject, key, createdAt: created_at, escrowed });
  }
  const escrow: z.infer<typeof Escrow> = {
    databaseKey: await sealTo(recovery, databaseName, station.databaseKey),
    secrets,
    subjects,
    away: rows.away,
  };
  return Buffer.from(JSON.stringify(escrow));
}

/** Opens what `sealEscrow` sealed; `wrap` puts the key of a subject under the new wrapping key. */
export async function openEscrow(
  recovery: KeyObject,
  bytes: Buffer,
  wrap: (subject: string, key: Buffer) => Buffer,
): Promise<Secrets & { rows: KeyRows }> {
  const escrow = readEscrow(bytes);
  const secrets: Record<string, string> = {};
  for (const [name, jwe] of Object.entries(escrow.secrets))
    secrets[name] = (await openSealed(recovery, name, jwe)).toString();
  const here: KeyRows['here'] = [];
  for (const { subject, key, createdAt, escrowed } of escrow.subjects) {
    const wrapped = wrap(subject, await openSealed(recovery, subject, key));
    here.push({ subject, wrapped, created_at: createdAt, escrowed });
  }
  return {
    databaseKey: await openSealed(recovery, databaseName, escrow.databaseKey),
    secrets,
    rows: { here, away: escrow.away },
  };
}

function readEscrow(bytes: Buffer): z.infer<typeof Escrow> {
  try {
    return Escrow.parse(JSON.parse(bytes.toString()));
  } catch (cause) {
    throw new BenchError('backup_unusable', 'The keys in the backup are damaged. Take another backup.', { cause });
  }
}

function unwrap(wrappingKey: Buffer, subject: string, wrapped: Buffer): Buffer {
  try {
    return unwrapKey(wrappingKey, subject, wrapped);
  } catch (cause) {
    throw new BenchError('backup_failed', 'The keys were being replaced just then. Make the backup again.', { cause });
  }
}
