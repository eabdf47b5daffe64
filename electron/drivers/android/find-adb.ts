import { delimiter, join } from 'node:path';
import { findProgram } from '../child/find-program.ts';

/** Where the environment says that Android's tools are, after PATH itself. */
const sdkVariables = ['ANDROID_HOME', 'ANDROID_SDK_ROOT'] as const;

/** The `adb` program of this computer; null when there is none where it is looked for. */
export function findAdb(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | null {
  const folders = sdkVariables.flatMap(variable => {
    const folder = env[variable];
    return folder ? [join(folder, 'platform-tools')] : [];
  });
  const PATH = [env.PATH ?? '', ...folders].join(delimiter);
  return findProgram('adb', { PATH }, platform);
}
