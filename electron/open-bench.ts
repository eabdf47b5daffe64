import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError } from '../shared/errors.ts';
import type { DocumentTasks } from './document-tasks.ts';
import { createAndroidAdapter } from './drivers/android/android.node.ts';
import { findAdb } from './drivers/android/find-adb.ts';
import { openCentral } from './drivers/central/open-central.http.ts';
import type { StartChild } from './drivers/child/child.ts';
import { createNodeClock } from './drivers/clock/clock.node.ts';
import type { Clock } from './drivers/clock/clock.ts';
import type { DeviceAdapter } from './drivers/devices/adapter.ts';
import { createIosAdapter } from './drivers/ios/ios.node.ts';
import type { Keystore } from './drivers/keystore/keystore.ts';
import { createPiceaHost } from './drivers/picea/picea.node.ts';
import type { Picea } from './drivers/picea/picea.ts';
import { createNodePrinter } from './drivers/printer/printer.node.ts';
import { createNodeRandom } from './drivers/random/random.node.ts';
import { createSerialAdapter, serialLineChild } from './drivers/serial/serial.node.ts';
import { createTimestampService } from './drivers/timestamps/timestamps.http.ts';
import { createNodeTokens } from './drivers/token/token.node.ts';
import type { Tokens } from './drivers/token/token.ts';
import { busChild, createUsbAdapter } from './drivers/usb/usb.node.ts';
import { createVirtualBench } from './drivers/virtual/virtual-bench.fake.ts';
import type { Worker } from './drivers/worker/worker.ts';
import type { BackupTasks } from './features/backup/backup-tasks.ts';
import { standardIdentityPolicy } from './features/identity/policy.ts';
import type { TrainingBench } from './features/training/training.ts';
import { createStation, type Station } from './station.ts';

export type BenchOptions = {
  /** Folder of everything the bench keeps; training has one of its own inside, which never meets the real one. */
  dataDir: string;
  training: boolean;
  /** Virtual phones plugged in at the start of training. */
  phones: number;
  serialPaths: readonly string[];
  /** The `adb` program; looked for on this computer when it is not named. Never started in training. */
  adb?: string;
  /** Command of the vendor's SDK host; null when there is none on this machine. */
  piceaCommand: { command: string; args: readonly string[] } | null;
  keystore(folder: string): Promise<Keystore>;
  worker: Worker<DocumentTasks>;
  backups: Worker<BackupTasks>;
  /** Starts the process of a serial line; a child of plain Node unless told otherwise. */
  startLine?: StartChild;
  /** Starts the process that watches USB; a child of plain Node unless told otherwise. */
  startUsb?: StartChild;
  appVersion: string;
  log(line: Record<string, unknown>): void;
};

const minuteMs = 60_000;
const trainingEraseMs = 8_000;

/** What the first phones of a training bench have in store. */
const startingFaults = [null, null, 'fails', 'lost'] as const;

/** The folder a bench really works in. */
export function workFolder(options: Pick<BenchOptions, 'dataDir' | 'training'>): string {
  return options.training ? join(options.dataDir, 'training') : options.dataDir;
}

/** Opens the bench on real devices, or on virtual ones for training. Rejects with BenchErrors that say what to do. */
export async function openBench(options: BenchOptions): Promise<Station> {
  const { training, appVersion, worker, log } = options;
  const dataDir = workFolder(options);
  makeFolder(dataDir);
  const clock = createNodeClock();
  const random = createNodeRandom();
  // Seeded by the folder: the same phones come back after a restart, and with them their open jobs.
  const virtual = training ? createVirtualBench({ clock, seed: dataDir, eraseDurationMs: trainingEraseMs }) : null;
  for (let i = 0; i < options.phones; i++) virtual?.plug({ fault: startingFaults[i] ?? null });
  const serial = createSerialAdapter({
    paths: options.serialPaths,
    clock,
    ...(options.startLine && { startLine: options.startLine }),
  });
  const adapters: DeviceAdapter[] = virtual ? [virtual.adapter, serial] : [serial, ...phonesOnUsb(options, clock)];
  const picea = virtual?.picea ?? realPicea(options, clock);
  const plugs: TrainingBench | null = virtual && {
    plugIn: fault => ({ portPath: virtual.plug({ fault }).portPath }),
    replug(portPath) {
      const phone = virtual.list().findLast(p => p.epoch === null && p.portPath === portPath);
      if (!phone) return false;
      if (phone.fault === 'lost') virtual.order(phone.id, null);
      virtual.replug(phone.id);
      return true;
    },
    unplug(portPath) {
      const phone = virtual.at(portPath);
      if (phone) virtual.unplug(phone.id);
      return phone !== undefined;
    },
  };
  return createStation(
    {
      clock,
      random,
      keystore: await options.keystore(dataDir),
      adapters,
      picea,
      central: openCentral,
      worker,
      backups: options.backups,
      printer: createNodePrinter({ clock, startLine: options.startLine ?? serialLineChild() }),
      timestamps: createTimestampService({ random }),
      tokens: training ? noTokens : createNodeTokens({ env: process.env, platform: process.platform }),
      training: plugs,
    },
    {
      dataDir,
      appVersion,
      training,
      log,
      policy: {
        identity: standardIdentityPolicy,
        job: { selfSignOff: false, unknownLocksPass: true },
        erase: { stallMs: 10 * minuteMs, plausibleMs: training ? 500 : 5_000, returnMs: 5 * minuteMs },
      },
    },
  );
}

function androidPhones({ adb, dataDir, log }: BenchOptions, clock: Clock): DeviceAdapter {
  const command = adb ?? findAdb(process.env, process.platform);
  return createAndroidAdapter({ command, clock, log, portFile: join(dataDir, 'adb-port') });
}

/** Phones that can be talked to, and those on the bus that cannot yet. */
function phonesOnUsb(options: BenchOptions, clock: Clock): DeviceAdapter[] {
  const others = [androidPhones(options, clock), applePhones(options, clock)];
  const { startUsb: start = busChild(), log } = options;
  return [...others, createUsbAdapter({ clock, others, start, log })];
}

function applePhones({ log }: BenchOptions, clock: Clock): DeviceAdapter {
  return createIosAdapter({ clock, log, env: process.env, platform: process.platform });
}

function realPicea({ piceaCommand, log }: BenchOptions, clock: Clock): Picea {
  return piceaCommand ? createPiceaHost({ ...piceaCommand, clock, log }) : noPicea;
}

const missing = () =>
  Promise.reject(
    new BenchError(
      'tool_unavailable',
      'No erasure tool is set up on this bench. Start it with --picea and the command of the SDK host.',
    ),
  );

/** Stands where no erasure tool is installed: everything else works, and nothing pretends to erase. */
const noPicea: Picea = { info: missing, erase: missing, diagnose: missing, verify: missing, close: async () => {} };

const untried = () =>
  Promise.reject(
    new BenchError('token_unavailable', 'Training uses no token: nothing real signs what counts for nothing.'),
  );

const noTokens: Tokens = { modules: () => [], list: untried, keys: untried, signDigest: untried };

function makeFolder(path: string) {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new BenchError('data_folder_unusable', 'The data folder cannot be made. Choose another folder.', { cause });
  }
}
