import type { Fact } from '../devices/adapter.ts';
import { told, unknown } from '../devices/told.ts';
import type { Answer } from './batch.ts';
import { factOf, outputOf } from './told.ts';

const supply = '/sys/class/power_supply/battery';
const sources = {
  battery: 'dumpsys battery',
  design: `cat ${supply}/charge_full_design`,
  full: `cat ${supply}/charge_full`,
  cycles: `cat ${supply}/cycle_count`,
  space: 'df -k /data',
  provisioned: 'settings get global device_provisioned',
  userSetup: 'settings get secure user_setup_complete',
} as const;

export const systemCommands: readonly string[] = Object.values(sources);

const healthWords: Readonly<Record<string, string>> = {
  '2': 'good',
  '3': 'overheated',
  '4': 'dead',
  '5': 'over voltage',
  '6': 'failure',
  '7': 'cold',
};

/** Facts out of the answers to `systemCommands`. */
export function systemFacts(answers: readonly Answer[], at: number) {
  const [battery, design, full, cycles, space, provisioned, userSetup] = answers;
  return {
    batteryLevel: factOf(battery, output => batteryLevel(output, at)),
    setupState: setupState(provisioned, userSetup, at),
    facts: {
      battery_health: factOf(battery, output => batteryHealth(output, at)),
      battery_capacity_percent: batteryCapacity(design, full, at),
      battery_cycles: factOf(cycles, output => {
        const count = wholeNumber(output);
        return count === null || count > 20_000 ? null : told(count, sources.cycles, output.trim(), at);
      }),
      capacity_bytes: factOf(space, output => capacity(output, at)),
    },
  };
}

function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text.trim()) ? Number(text.trim()) : null;
}

const lineOf = (output: string, name: string) => new RegExp(`^ *${name}: *(-?\\d+) *$`, 'm').exec(output);

function batteryLevel(output: string, at: number): Fact<number> | null {
  if (/^ *present: *false/m.test(output)) return unknown('unsupported');
  const level = lineOf(output, 'level');
  const scale = Number(lineOf(output, 'scale')?.[1] ?? 100);
  const percent = Math.round((100 * Number(level?.[1])) / scale);
  return level && percent >= 0 && percent <= 100 ? told(percent, sources.battery, level[0].trim(), at) : null;
}

function batteryHealth(output: string, at: number): Fact<string> | null {
  const health = lineOf(output, 'health');
  if (!health) return null;
  const words = healthWords[health[1] ?? ''];
  return words === undefined ? unknown('unsupported') : told(words, sources.battery, health[0].trim(), at);
}

/** What the battery holds when full, of what it held when new. */
function batteryCapacity(design: Answer | undefined, full: Answer | undefined, at: number): Fact<number> {
  const was = outputOf(design);
  const is = outputOf(full);
  if ('why' in was) return unknown(was.why);
  if ('why' in is) return unknown(is.why);
  const [newAh, nowAh] = [wholeNumber(was.output), wholeNumber(is.output)];
  if (newAh === null || nowAh === null || newAh === 0) return unknown('malformed');
  const percent = Math.round((100 * nowAh) / newAh);
  return percent < 1 || percent > 130
    ? unknown('malformed')
    : told(percent, `${supply}/charge_full, charge_full_design`, `${nowAh} of ${newAh} µAh`, at);
}

const soldGigabytes = [4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];

/** The size the phone was sold with: the smallest that holds the user's partition, which takes most of it. */
function capacity(output: string, at: number): Fact<number> | null {
  const line = output.split('\n').find(text => /\s\d+\s+\d+\s+\d+\s/.test(text));
  const kilobytes = Number(/\s(\d+)\s+\d+\s+\d+\s/.exec(line ?? '')?.[1]);
  const bytes = kilobytes * 1024;
  const sold = soldGigabytes.map(size => size * 1e9).find(size => size >= bytes);
  if (line === undefined || sold === undefined || bytes < 0.5 * sold) return null;
  return told(sold, `${sources.space}, rounded up to a size sold`, line.trim(), at);
}

function setupState(global: Answer | undefined, user: Answer | undefined, at: number): Fact<'setup' | 'in_use'> {
  const [provisioned, complete] = [outputOf(global), outputOf(user)];
  if ('why' in provisioned) return unknown(provisioned.why);
  if ('why' in complete) return unknown(complete.why);
  const raw = [provisioned.output.trim(), complete.output.trim()];
  // `null` stands for a setting that was never made: the set-up has not come that far.
  if (!raw.every(value => ['0', '1', 'null'].includes(value))) return unknown('malformed');
  const source = `${sources.provisioned}; ${sources.userSetup}`;
  return told(raw.includes('1') ? 'in_use' : 'setup', source, raw.join(', '), at);
}
