import { parseArgs } from 'node:util';

export type LaunchOptions = {
  training: boolean;
  serialPaths: string[];
  piceaCommand: { command: string; args: readonly string[] } | null;
};

/**
 * What the operator asked for on the command line: `--training`, `--serial PATH` (may repeat) and `--picea COMMAND`
 * with its arguments parted by spaces. Electron's and Chromium's own switches among them are passed over.
 */
export function readLaunchOptions(argv: readonly string[]): LaunchOptions {
  const { values } = parseArgs({
    args: argv.slice(1),
    strict: false,
    options: { training: { type: 'boolean' }, serial: { type: 'string', multiple: true }, picea: { type: 'string' } },
  });
  const [command, ...args] = typeof values.picea === 'string' ? values.picea.split(/\s+/).filter(Boolean) : [];
  return {
    training: values.training === true,
    serialPaths: (values.serial ?? []).filter(path => typeof path === 'string'),
    piceaCommand: command === undefined ? null : { command, args },
  };
}
