import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where the environment says that Android's tools are, after PATH itself. */
const sdkVariables = ['ANDROID_HOME', 'ANDROID_SDK_ROOT'] as const;

/** The `adb` program of this computer; null when there is none where it is looked for. */
export function findAdb(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | null {
  const name = platform === 'win32' ? 'adb.exe' : 'adb';
  const folders = [
    ...(env.PATH ?? '').split(delimiter).filter(Boolean),
    ...sdkVariables.flatMap(variable => {
      const folder = env[variable];
      return folder ? [join(folder, 'platform-tools')] : [];
    }),
  ];
  return folders.map(folder => join(folder, name)).find(isProgram) ?? null;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
