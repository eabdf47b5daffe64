import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { askAdb } from '../../electron/drivers/android/adb-socket.ts';
import { haveTool } from './tools.ts';

const buildLimitMs = 300_000;
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'veriqko-bench', 'adbd-29.0.6');
const adbd = join(cache, 'adbd');
const build = fileURLToPath(new URL('../peers/adbd/build.sh', import.meta.url));

function whyNot(): Promise<string | null> {
  if (!haveTool('adb')) return Promise.resolve('adb is not installed (apt install adb)');
  if (!haveTool('clang')) return Promise.resolve('clang is not installed, which builds adbd (apt install clang)');
  if (process.platform !== 'linux') return Promise.resolve('adbd is built on Linux only');
  return new Promise(resolve => {
    execFile(build, [cache], { timeout: buildLimitMs }, (error, _stdout, stderr) => {
      const last = stderr.trim().split('\n').at(-1);
      resolve(error === null ? null : last || 'adbd could not be built');
    });
  });
}

/** Why no Android phone can be had here; null when one can. Builds Google's adbd at the first use, in about a minute. */
export const noAndroidPhone: string | null = await whyNot();

/** What the phone tells; `behaviour` is how `getprop` answers. */
export type PhoneScript = {
  serial?: string;
  properties?: Record<string, string>;
  /** Programs on the phone, as shell scripts; added to those of the usual phone. */
  programs?: Record<string, string>;
  behaviour?: 'usual' | 'silent' | 'slow' | 'flood';
  /** It asks its owner whether this computer may talk to it. */
  locked?: boolean;
};

const usualProperties = {
  'ro.product.name': 'x1',
  'ro.product.model': 'X-100',
  'ro.product.device': 'x1',
  'ro.product.manufacturer': 'ACME',
  'ro.product.brand': 'acme',
  'ro.product.marketname': 'ACME Phone X',
  'ro.build.version.release': '14',
  'ro.build.version.sdk': '34',
  'ro.build.version.security_patch': '2024-05-05',
  'ro.build.display.id': 'UP1A.231005.007',
  'ro.crypto.state': 'encrypted',
  'ro.crypto.type': 'file',
  'ro.boot.verifiedbootstate': 'green',
  'ro.boot.flash.locked': '1',
};

/** As `service call` prints a parcel with a text. */
export function parcelOf(text: string): string {
  const body = Buffer.alloc(Math.ceil((text.length + 1) / 2) * 4);
  body.write(text, 'utf16le');
  const words = [0, text.length, ...Array.from({ length: body.length / 4 }, (_, i) => body.readUInt32LE(i * 4))];
  const hex = words.map(word => word.toString(16).padStart(8, '0'));
  const lines = Array.from({ length: Math.ceil(hex.length / 4) }, (_, i) => {
    const four = hex.slice(i * 4, i * 4 + 4).join(' ');
    return `  0x${(i * 16).toString(16).padStart(8, '0')}: ${four.padEnd(35)} '................'`;
  });
  return `Result: Parcel(\n${lines.join('\n')})`;
}

const behaviours = {
  usual: '',
  silent: 'exec sleep 20',
  slow: 'sleep 1',
  flood: 'exec yes flooding',
} as const;

const imeis = [String(490_154_203_237_518), String(490_154_203_237_526)] as const;

const usualPrograms: Record<string, string> = {
  dumpsys: `case "$1" in
battery) printf 'Current Battery Service state:\\n  USB powered: true\\n  status: 2\\n  health: 2\\n  present: true\\n  level: 87\\n  scale: 100\\n';;
device_policy) printf 'Current Device Policy Manager state:\\n  Enabled Device Admins (User 0, provisioningState: 0):\\n';;
account) printf 'User UserInfo{0:Owner:4c13}:\\n  Accounts: 2\\n    Account {name=owner@example.org, type=com.example}\\n';;
*) echo "Can't find service: $1" >&2; exit 1;; esac`,
  settings: 'case "$*" in *device_provisioned|*user_setup_complete) echo 1;; *) echo null;; esac',
  df: "printf 'Filesystem 1K-blocks Used Available Use%% Mounted on\\n/dev/block/dm-5 112830464 30000000 82830464 27%% /data\\n'",
  service: `case "$*" in
"call iphonesubinfo 1 s16 com.android.shell") printf '%s\\n' "${parcelOf(imeis[0])}";;
"call iphonesubinfo 4 i32 1 s16 com.android.shell") printf '%s\\n' "${parcelOf(imeis[1])}";;
*) printf "Result: Parcel(\\n  0x00000000: ffffffff 00000000 '........')\\n";; esac`,
  cat: `case "$1" in
/sys/class/power_supply/battery/charge_full_design) echo 4500000;;
/sys/class/power_supply/battery/charge_full) echo 4095000;;
/sys/class/power_supply/battery/cycle_count) echo 212;;
*) exec /bin/cat "$@";; esac`,
};

function furnish(folder: string, script: PhoneScript): void {
  const serial = script.serial ?? 'X1SERIAL01';
  const properties = Object.entries({
    ...usualProperties,
    'ro.serialno': serial,
    ...script.properties,
  });
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const getprop = `${behaviours[script.behaviour ?? 'usual']}
while IFS= read -r line; do printf '[%s]: [%s]\\n' "\${line%%=*}" "\${line#*=}"; done < "$PHONE/properties"`;
  const programs = { ...usualPrograms, getprop, ...script.programs };
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
  writeFileSync(join(folder, 'properties'), properties.map(([name, value]) => `${name}=${value}\n`).join(''));
  const own = { 'service.adb.listen_addrs': 'acceptfd:3', 'ro.adb.secure': script.locked ? '1' : '0' };
  const all = [...Object.entries(own), ...properties];
  writeFileSync(join(folder, 'daemon'), all.map(([name, value]) => `${name}=${value}\n`).join(''));
}

function listening(server: Server, on: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', resolve);
    on();
  });
}

/** The number by which a child gets the listening socket; Node keeps it to itself. */
function fdOf(server: Server): number {
  const handle: unknown = Reflect.get(server, '_handle');
  const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  if (typeof fd !== 'number') throw new Error('this Node shows no file number of a socket');
  return fd;
}

/** A place for one phone: Google's adbd on a port of its own, plugged in at whatever adb server is named. */
export function createAndroidPhone(serverPort: () => number | null) {
  const folder = mkdtempSync(join(tmpdir(), 'android-phone-'));
  const framework = join(folder, 'framework');
  let port = 0;
  let phone: { process: ChildProcess; ended: Promise<void> } | null = null;

  const ask = async (service: string) => {
    const server = serverPort();
    if (server === null) throw new Error('no adb server runs');
    return askAdb(server, service, AbortSignal.timeout(5_000));
  };
  const address = () => `127.0.0.1:${port}`;
  const start = async (script: PhoneScript): Promise<void> => {
    furnish(folder, script);
    const door = createServer();
    await listening(door, () => door.listen(port, '127.0.0.1'));
    const bound = door.address();
    if (bound !== null && typeof bound === 'object') port = bound.port;
    // The socket of the framework is bound under another name: closing it here removes the name it was bound by.
    const prompt = createServer();
    rmSync(`${framework}.new`, { force: true });
    await listening(prompt, () => prompt.listen(`${framework}.new`));
    renameSync(`${framework}.new`, framework);
    const log = openSync(join(folder, 'log'), 'a');
    const process_ = spawn(adbd, [], {
      cwd: folder,
      env: {
        PATH: `${join(folder, 'bin')}:/usr/bin:/bin`,
        HOME: folder,
        PHONE: folder,
        ADBD_PROPS: join(folder, 'daemon'),
        ADBD_KEYS: join(folder, 'keys'),
        ANDROID_SOCKET_adbd: '4',
      },
      stdio: ['ignore', log, log, fdOf(door), fdOf(prompt)],
    });
    const ended = new Promise<void>(resolve => process_.on('close', () => resolve()));
    closeSync(log);
    door.close();
    prompt.close();
    phone = { process: process_, ended };
  };
  const kill = async () => {
    phone?.process.kill('SIGKILL');
    await phone?.ended;
    phone = null;
  };

  return {
    /** The name of its connector, as the adb server tells it. */
    address,
    imeis,
    async plug(script: PhoneScript = {}): Promise<void> {
      await kill();
      await start(script);
      const answer = await ask(`host:connect:${address()}`);
      // A locked phone is connected to all the same, which the server calls a failure.
      if (!/connected to|authenticate/.test(answer)) throw new Error(answer);
    },
    /** Ends the phone at once, as pulling its cable does, without a word to the server. */
    kill,
    /** Ends the phone and takes it off the server's list. */
    async pull(): Promise<void> {
      await kill();
      await ask(`host:disconnect:${address()}`).catch(() => {});
    },
    /** Introduces the phone to a server that was started again; over USB it would find it by itself. */
    connect: () => ask(`host:connect:${address()}`),
    /** Its owner says yes to this computer. */
    allow(): Promise<void> {
      return new Promise((resolve, reject) => {
        const answering = connect(framework);
        answering.on('error', reject);
        answering.once('data', () => answering.end('OK', resolve));
      });
    },
    async remove(): Promise<void> {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
