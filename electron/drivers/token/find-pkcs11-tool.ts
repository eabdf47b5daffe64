import { existsSync } from 'node:fs';
import { delimiter, posix, win32 } from 'node:path';
import { findProgram } from '../child/find-program.ts';

/** Where OpenSC's installers put its programs beside PATH. */
const folders: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['/Library/OpenSC/bin', '/opt/homebrew/bin', '/usr/local/bin'],
  win32: [String.raw`C:\Program Files\OpenSC Project\OpenSC\tools`],
};

/** OpenSC's `pkcs11-tool` on this computer; null when there is none where it is looked for. */
export function findPkcs11Tool(env: Readonly<NodeJS.ProcessEnv>, platform: NodeJS.Platform): string | null {
  const PATH = [env.PATH ?? '', ...(folders[platform] ?? [])].join(delimiter);
  return findProgram('pkcs11-tool', { PATH }, platform);
}

const linuxNames = ['opensc-pkcs11.so', 'libykcs11.so.2', 'libeToken.so', 'libsofthsm2.so', 'softhsm/libsofthsm2.so'];
const macNames = ['opensc-pkcs11.so', 'libykcs11.dylib', 'softhsm/libsofthsm2.so'];
const usual: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: [
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
    '/usr/lib64',
    '/usr/lib',
    '/usr/local/lib',
  ].flatMap(folder => linuxNames.map(name => posix.join(folder, name))),
  darwin: ['/Library/OpenSC/lib', '/opt/homebrew/lib', '/usr/local/lib'].flatMap(folder =>
    macNames.map(name => posix.join(folder, name)),
  ),
  win32: [
    win32.join(String.raw`C:\Windows\System32`, 'opensc-pkcs11.dll'),
    win32.join(String.raw`C:\Program Files\OpenSC Project\OpenSC\pkcs11`, 'opensc-pkcs11.dll'),
    win32.join(String.raw`C:\Program Files\Yubico\Yubico PIV Tool\bin`, 'libykcs11.dll'),
  ],
};

/** PKCS#11 modules that lie where vendors usually put them. */
export function usualModules(platform: NodeJS.Platform): string[] {
  return (usual[platform] ?? []).filter(file => existsSync(file));
}
