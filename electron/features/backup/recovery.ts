import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { RecoveryKeyGivenOut } from '../../../shared/backup.ts';
import { BenchError } from '../../../shared/errors.ts';
import { Instant } from '../../../shared/ids.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { Settings } from '../station/settings.ts';
import { makeRecoveryKey, recoveryPublicKey } from './recovery-key.ts';
import { recoveryFile, recoverySheet } from './recovery-sheet.ts';

const Kept = z.object({ publicBase64: z.string(), fingerprint: z.string(), since: Instant });
const Unconfirmed = Kept.extend({ checkGroup: z.string() });

/** The key that backups and escrow are sealed to; null until somebody has confirmed that they keep it. */
export function recoveryKeyOf(settings: Settings): KeyObject | null {
  const text = settings.get('recovery-key');
  return text === null ? null : recoveryPublicKey(Kept.parse(JSON.parse(text)).publicBase64);
}

type Deps = { database: Database; journal: Journal; settings: Settings; clock: Clock };

/** The recovery key of the station: made here, given out once, and kept as its public half alone. */
export function createRecovery({ database, journal, settings, clock }: Deps) {
  const read = <T>(key: 'recovery-key' | 'recovery-key-unconfirmed', schema: z.ZodType<T>): T | null => {
    const text = settings.get(key);
    return text === null || text === '' ? null : schema.parse(JSON.parse(text));
  };
  const current = () => read('recovery-key', Kept);
  const unconfirmed = () => read('recovery-key-unconfirmed', Unconfirmed);

  return {
    current,
    unconfirmed,
    create(actor: string): RecoveryKeyGivenOut {
      const key = makeRecoveryKey();
      const { publicBase64, fingerprint, checkGroup } = key;
      const since = new Date(clock.now()).toISOString();
      database.write(tx => {
        const kept: z.infer<typeof Unconfirmed> = { publicBase64, fingerprint, since, checkGroup };
        settings.set(tx, 'recovery-key-unconfirmed', JSON.stringify(kept));
        journal.append(tx, { type: 'recovery.key_created', actor, data: { fingerprint } });
      });
      const siteName = settings.get('site-name') ?? '';
      const sheet = { key, siteName, stationName: settings.get('station-name') ?? '', madeAt: since };
      const name = `recovery-key-${settings.get('prefix') ?? ''}-${fingerprint.slice(0, 8)}`;
      return {
        fingerprint,
        fileName: `${name}.txt`,
        fileText: recoveryFile(sheet),
        sheetFileName: `${name}.html`,
        sheetHtml: recoverySheet(sheet),
      };
    },
    /** Throws `conflict` when no key waits and `bad_input` when the group is another. */
    confirm(checkGroup: string, actor: string): void {
      const waiting = unconfirmed();
      if (!waiting) throw new BenchError('conflict', 'No recovery key waits to be confirmed.');
      if (checkGroup.toUpperCase() !== waiting.checkGroup)
        throw new BenchError('bad_input', 'This is not the last group of the recovery key. Look at the sheet again.');
      const { publicBase64, fingerprint, since } = waiting;
      database.write(tx => {
        settings.set(tx, 'recovery-key', JSON.stringify({ publicBase64, fingerprint, since }));
        settings.set(tx, 'recovery-key-unconfirmed', '');
        journal.append(tx, { type: 'recovery.key_confirmed', actor, data: { fingerprint } });
      });
    },
  };
}

export type Recovery = ReturnType<typeof createRecovery>;
