/** Options of the bench on the command line, the same for the desktop and for the loopback host. */
export const launchOptions = {
  training: { type: 'boolean' },
  phones: { type: 'string' },
  serial: { type: 'string', multiple: true },
  adb: { type: 'string' },
  picea: { type: 'string' },
} as const;

export type LaunchOptions = {
  training: boolean;
  /** Virtual phones that are plugged in at the start of training. */
  phones: number;
  serialPaths: string[];
  /** The `adb` program, when it is named. */
  adb?: string;
  piceaCommand: { command: string; args: readonly string[] } | null;
};

const mostPhones = 200;
const usualPhones = 4;

/**
 * What the operator asked for: `--training`, `--phones N`, `--serial PATH` (may repeat), `--adb PATH` and `--picea COMMAND`
 * with its arguments parted by spaces.
 */
export function readLaunchOptions(values: Record<string, unknown>): LaunchOptions {
  const [command, ...args] = typeof values.picea === 'string' ? values.picea.split(/\s+/).filter(Boolean) : [];
  const serial = Array.isArray(values.serial) ? values.serial : [];
  const phones = typeof values.phones === 'string' ? Number(values.phones) : usualPhones;
  return {
    training: values.training === true,
    phones: Number.isInteger(phones) && phones >= 0 ? Math.min(phones, mostPhones) : usualPhones,
    serialPaths: serial.filter(path => typeof path === 'string'),
    ...(typeof values.adb === 'string' && { adb: values.adb }),
    piceaCommand: command === undefined ? null : { command, args },
  };
}
