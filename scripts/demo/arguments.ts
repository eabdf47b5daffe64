import { parseArgs } from 'node:util';

export type DemoOptions = { devices: number; outDir: string; json: boolean };

const usage = `npm run demo -- [--devices N] [--out DIR] [--json]

  --devices  how many virtual devices go through the bench (6; 1 to 200)
  --out      folder for the reports, the journal and the keys to verify them with (out/demo)
  --json     print one JSON object instead of progress and a table`;

/** What the demo is asked to do; explains itself and ends the process for anything else. */
export function readDemoOptions(args: readonly string[]): DemoOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        devices: { type: 'string', default: '6' },
        out: { type: 'string', default: 'out/demo' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const devices = Number(values.devices);
    if (!Number.isInteger(devices) || devices < 1 || devices > 200)
      throw new Error('--devices is a number from 1 to 200');
    return { devices, outDir: values.out, json: values.json };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}
