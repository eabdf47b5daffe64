import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program of the system that some suites drive, the Debian package that holds it, and who needs it. */
export type SystemTool = {
  readonly command: string;
  readonly aptPackage: string;
  readonly neededBy: string;
  /** Packages without a program that it is of no use without. */
  readonly with?: readonly string[];
};

export const systemTools: readonly SystemTool[] = [
  { command: 'chromium', aptPackage: 'chromium', neededBy: 'the bench in a browser, the desktop application' },
  { command: 'socat', aptPackage: 'socat', neededBy: 'serial lines' },
  { command: 'iaxmodem', aptPackage: 'iaxmodem', neededBy: 'serial lines' },
  { command: 'adb', aptPackage: 'adb', neededBy: 'Android phones' },
  {
    command: 'clang',
    aptPackage: 'clang',
    with: [
      'android-libboringssl-dev',
      'android-libbase-dev',
      'android-libcutils-dev',
      'android-liblog-dev',
      'dpkg-dev',
      'libcap-dev',
      'libusb-1.0-0-dev',
    ],
    neededBy: "Android phones (Google's adbd is built)",
  },
  { command: 'umockdev-run', aptPackage: 'umockdev', neededBy: 'USB, as the kernel lists it' },
  { command: 'idevice_id', aptPackage: 'libimobiledevice-utils', neededBy: 'iPhones and iPads' },
  { command: 'ideviceinfo', aptPackage: 'libimobiledevice-utils', neededBy: 'iPhones and iPads' },
  { command: 'idevicepair', aptPackage: 'libimobiledevice-utils', neededBy: 'iPhones and iPads' },
  { command: 'idevicediagnostics', aptPackage: 'libimobiledevice-utils', neededBy: 'iPhones and iPads' },
  { command: 'pdfsig', aptPackage: 'poppler-utils', neededBy: 'report PDFs' },
  { command: 'pdftotext', aptPackage: 'poppler-utils', neededBy: 'report PDFs' },
  { command: 'pdfinfo', aptPackage: 'poppler-utils', neededBy: 'report PDFs' },
  { command: 'pdfdetach', aptPackage: 'poppler-utils', neededBy: 'report PDFs' },
  { command: 'pdftoppm', aptPackage: 'poppler-utils', neededBy: 'report PDFs' },
  { command: 'qpdf', aptPackage: 'qpdf', neededBy: 'report PDFs' },
  { command: 'openssl', aptPackage: 'openssl', neededBy: 'report signatures, journal proofs' },
  { command: 'basenc', aptPackage: 'coreutils', neededBy: 'journal proofs' },
  {
    command: 'go',
    aptPackage: 'golang-go',
    with: ['golang-golang-x-mod-dev'],
    neededBy: 'journal exports',
  },
  { command: 'pg_ctlcluster', aptPackage: 'postgresql', neededBy: 'the central server on PostgreSQL' },
  { command: 'certutil', aptPackage: 'libnss3-tools', neededBy: 'report signatures' },
  { command: 'pkcs11-tool', aptPackage: 'opensc', neededBy: 'signing through a token' },
  { command: 'softhsm2-util', aptPackage: 'softhsm2', neededBy: 'signing through a token' },
  { command: 'zbarimg', aptPackage: 'zbar-tools', neededBy: 'codes printed on reports' },
  { command: 'zip', aptPackage: 'zip', neededBy: 'manifests of lots' },
  { command: 'unzip', aptPackage: 'unzip', neededBy: 'archives of reports' },
  { command: '7z', aptPackage: 'p7zip-full', neededBy: 'archives of reports' },
  { command: 'p910nd', aptPackage: 'p910nd', neededBy: 'label printers' },
  { command: 'dbus-daemon', aptPackage: 'dbus', neededBy: 'keys in the keyring of the system' },
  { command: 'dbus-send', aptPackage: 'dbus', neededBy: 'keys in the keyring of the system' },
  { command: 'gnome-keyring-daemon', aptPackage: 'gnome-keyring', neededBy: 'keys in the keyring of the system' },
];

/** The computer as this module sees it; `run` gives the exit status of a program that is given no input. */
export type Machine = {
  readonly platform: NodeJS.Platform;
  readonly path: string;
  readonly isRoot: boolean;
  run(command: string, args: readonly string[], output: 'shown' | 'hidden'): number;
  print(line: string): void;
};

export function thisMachine(): Machine {
  return {
    platform: process.platform,
    path: process.env.PATH ?? '',
    isRoot: process.getuid?.() === 0,
    run: (command, args, output) =>
      spawnSync(command, args, { stdio: output === 'shown' ? ['ignore', 2, 2] : 'ignore' }).status ?? 1,
    print: line => console.log(line),
  };
}

/** Installs the missing system tools through apt where it can; otherwise says what to do. Returns what is missing still. */
export function provideSystemTools(machine: Machine): readonly SystemTool[] {
  const missing = missingTools(machine);
  if (missing.length === 0) return [];
  const packages = packagesOf(missing);
  if (!isAptMachine(machine))
    return explain(machine, missing, 'They are installed by themselves on Debian and Ubuntu only.');
  const asRoot = machine.isRoot ? [] : ['sudo', '-n'];
  if (!machine.isRoot && machine.run('sudo', ['-n', 'true'], 'hidden') !== 0)
    return explain(machine, missing, `To install them: sudo apt-get install ${packages.join(' ')}`);
  machine.print(`Installing for the tests: ${packages.join(' ')}`);
  installPackages(machine, asRoot, packages);
  const still = missingTools(machine);
  const others = packagesOf(still).join(' ');
  return still.length === 0
    ? []
    : explain(machine, still, `apt could not install them. To try: sudo apt-get install ${others}`);
}

const packagesOf = (tools: readonly SystemTool[]) => [
  ...new Set(tools.flatMap(tool => [tool.aptPackage, ...(tool.with ?? [])])),
];

function missingTools({ path }: Machine): SystemTool[] {
  return systemTools.filter(({ command }) => !path.split(delimiter).some(folder => isProgram(join(folder, command))));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const isAptMachine = (machine: Machine) =>
  machine.platform === 'linux' && machine.path.split(delimiter).some(folder => isProgram(join(folder, 'apt-get')));

function installPackages(machine: Machine, asRoot: readonly string[], packages: readonly string[]): void {
  // Nothing is read from the keyboard, so packages keep their default settings and ask nothing.
  const apt = (...args: string[]) => {
    const [command = '', ...rest] = [...asRoot, 'apt-get', ...args];
    return machine.run(command, rest, 'shown');
  };
  const install = (...names: string[]) => apt('install', '-y', '--no-install-recommends', ...names);
  apt('update', '-q');
  // One name that this release does not know makes apt install none of them.
  if (install(...packages) !== 0) for (const name of packages) install(name);
}

function explain(machine: Machine, missing: readonly SystemTool[], advice: string): readonly SystemTool[] {
  machine.print('Suites that need these programs are skipped:');
  for (const { command, neededBy } of missing) machine.print(`  ${command} – ${neededBy}`);
  machine.print(advice);
  return missing;
}
