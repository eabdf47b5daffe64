import { BenchError } from '../shared/errors.ts';
import { OperatorId } from '../shared/ids.ts';
import type { Blobs } from './database/blobs.ts';
import type { Central } from './drivers/central/central.ts';
import { recoveryKeyOf } from './features/backup/recovery.ts';
import type { Checklists } from './features/checklists/checklists.ts';
import { createDirectory } from './features/directory/directory.ts';
import type { Identity } from './features/identity/identity.ts';
import type { Jobs } from './features/jobs/jobs.ts';
import { subjectOf } from './features/journal/subjects.ts';
import { createFleetForgetting } from './features/privacy/fleet.ts';
import { createForgetting, type ForgettingDeps } from './features/privacy/forgetting.ts';
import { createKeyExpiry, keyCacheMs } from './features/privacy/key-expiry.ts';
import { createPrivacy } from './features/privacy/privacy.ts';
import { createErrands } from './features/sync/errands.ts';
import { createEscrow } from './features/sync/escrow.ts';
import { exchangeFiles } from './features/sync/exchange-files.ts';
import { createFleetWatch } from './features/sync/fleet-watch.ts';
import { uploadSealed } from './features/sync/upload-sealed.ts';
import type { Drivers, StationConfig, StationParts } from './station-parts.ts';
import { every } from './timing.ts';

const minuteMs = 60_000;
/** A start is not held up for longer by a server that does not answer; after a restore there is more to wait for. */
const patience = { start: 2_000, restored: 15_000 };

type Deps = Pick<StationParts, 'database' | 'journal' | 'subjects' | 'settings' | 'stationKeys' | 'files'> &
  Pick<Drivers, 'clock' | 'random' | 'keystore'> &
  Pick<StationConfig, 'log' | 'policy'> & {
    central(url: string): Central;
    blobs: Blobs;
    identity: Identity;
    checklists: Checklists;
    jobs: Jobs;
    filesOf: ForgettingDeps['filesOf'];
    onSent(): void;
    /** The data are an older copy than this station once had. */
    restored: boolean;
  };

/** Personal data and the fleet: forgetting here and everywhere, escrow of keys, sealed values on their way, accounts of the site. */
export function createPrivacyParts(deps: Deps) {
  const { database, subjects, settings, clock, identity, jobs, log } = deps;
  const forgetting = createForgetting({
    ...deps,
    hasOpenJob: device => jobs.openJobOf(device) !== null,
    isActive: identity.isActive,
  });
  const soon = () => errands.soon();
  const fleet = createFleetForgetting({ ...deps, forgetting, expel: identity.expel, onChanged: soon });
  const privacy = createPrivacy({ ...deps, forgetting, fleet, nameOf: identity.nameOf });
  const escrow = createEscrow({ ...deps, recoveryKey: () => recoveryKeyOf(settings) });
  const expiry = createKeyExpiry({
    ...deps,
    keyCacheMs: deps.policy.keyCacheMs ?? keyCacheMs,
    isActive: identity.isActive,
    inWork: () => jobs.open().map(row => subjectOf(row.deviceId)),
  });

  const directory = createDirectory({
    ...deps,
    accounts: identity.accounts,
    policy: identity.sitePolicy,
    isForgotten: subject => forgetting.store.forgottenAt(subject) !== null,
    onChanged: soon,
  });

  const missedOrders = () => settings.get('orders-missed') === '1';
  const heard = () => {
    const wasDeaf = missedOrders();
    database.write(tx => {
      settings.set(tx, 'last-contact', new Date(clock.now()).toISOString());
      if (wasDeaf) settings.set(tx, 'orders-missed', '0');
    });
    if (wasDeaf) subjects.openAll();
  };
  const fleetWatch = createFleetWatch(deps);
  const errands = createErrands({
    ...deps,
    errands: [
      async (server, signal) => {
        await fleet.exchange(server, signal);
        heard();
      },
      escrow.upload,
      uploadSealed(deps),
      escrow.fetch,
      directory.exchange,
      exchangeFiles(deps),
      fleetWatch.look,
    ],
  });
  subjects.whenWanted(soon);
  const sweep = () => {
    expiry.expire().catch(error => {
      log({ level: 'error', event: 'privacy.keys_not_expired', code: codeOf(error) });
    });
  };
  let stops: (() => void)[] = [];

  return {
    privacy,
    handlers: { ...privacy.handlers, ...directory.handlers },
    /** Everything is cosigned: what goes beside the journal may follow. */
    onSynced: soon,
    missedOrders,
    warnings: fleetWatch.warnings,
    /** Before anything is served: what was ordered is forgotten, also in a copy that came back. */
    async start(): Promise<void> {
      stops = [every(clock, 5 * minuteMs, soon), every(clock, 60 * minuteMs, sweep)];
      privacy.assertNothingLost();
      await forgetting.finish();
      if (settings.get('server-url') === null) return fleet.carryOutAll();
      if (deps.restored) {
        fleet.replayAll();
        database.write(tx => settings.set(tx, 'orders-missed', '1'));
      }
      if (missedOrders()) subjects.openOnly(subject => identity.isActive(OperatorId.parse(`op_${subject}`)) === true);
      await fleet.carryOutAll();
      await expiry.expire();
      await errands.attempt(missedOrders() ? patience.restored : patience.start);
    },
    async close(): Promise<void> {
      for (const stop of stops) stop();
      await errands.close();
    },
  };
}

function codeOf(error: unknown): string {
  return error instanceof BenchError ? error.code : 'internal';
}
