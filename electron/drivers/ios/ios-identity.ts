import { type PlistValue, parse } from 'plist';
import type { DeviceFacts, Fact, IdentityRead } from '../devices/adapter.ts';
import { told, unknown, type Why } from '../devices/told.ts';
import { colourOf, nameOf, tableSource } from './apple-products.ts';

const imeiKey = 'InternationalMobileEquipmentIdentity';

type Values = ReadonlyMap<string, PlistValue>;
/** The dictionary a program printed, or why there is none. */
export type Dictionary = { values: Values } | { why: Why };

/** Reads a property list that a program printed; `malformed` when it holds no dictionary. */
export function readDictionary(output: string): Dictionary {
  try {
    const value = parse(output);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      if (!(value instanceof Date) && !ArrayBuffer.isView(value)) return { values: new Map(Object.entries(value)) };
    }
  } catch {
    // Told as malformed below.
  }
  return { why: 'malformed' };
}

/** What `ideviceinfo` and `idevicediagnostics` told about one device. */
export type Told = {
  /** Without pairing. */
  simple: Values;
  full: Dictionary;
  battery: Dictionary;
  disk: Dictionary;
  setup: Dictionary;
  supervision: Dictionary;
  gauge: Dictionary;
};

/** Facts out of dictionaries read at `at`; what nothing tells is unknown, never clear. */
export function identityFrom(answers: Told, at: number): IdentityRead {
  const info = infoFacts(answers, at);
  const { serial, imei1, imei2, meid } = info;
  const known = (facts: readonly Fact<string>[]) => facts.flatMap(fact => (fact.ok ? [fact.value] : []));
  return {
    identifiers: {
      serial: serial.ok ? serial.value : null,
      imei: known([imei1, imei2]),
      meid: meid.ok ? meid.value : null,
      eid: null,
    },
    manufacturer: told('Apple', 'usbmuxd', 'listed by usbmuxd', at),
    model: info.model,
    revision: info.revision,
    batteryLevel: number(answers.battery, 'BatteryCurrentCapacity', 'com.apple.mobile.battery', at, 0, 100),
    setupState: setupState(answers.setup, at),
    accounts: unknown('unsupported'),
    facts: {
      ...info.facts,
      ...batteryFacts(answers.gauge, at),
      capacity_bytes: number(answers.disk, 'TotalDiskCapacity', 'com.apple.disk_usage.factory', at, 1e9, 1e14),
      mdm: supervision(answers.supervision, at),
      serial,
      imei1,
      imei2,
      meid,
      eid: unknown('unsupported'),
    },
  };
}

function infoFacts({ simple, full }: Told, at: number) {
  const open = (key: string, fits = /^.+$/) => text({ values: simple }, key, 'ideviceinfo -s', at, fits);
  const paired = (key: string, fits: RegExp) => text(full, key, 'ideviceinfo', at, fits);
  const model = open('ProductType', /^[A-Za-z]+\d+,\d+$/);
  const system = open('ProductVersion', /^\d+(\.\d+)*$/);
  const sold = model.ok ? nameOf(model.value) : undefined;
  const number = paired('ModelNumber', /^[A-Z0-9]{4,8}$/);
  const colour = number.ok ? colourOf(number.value) : undefined;
  const locked = paired('PasswordProtected', /^true$/);
  const table = `table of product types (${tableSource})`;
  const nothing = unknown('unsupported');
  return {
    model,
    revision: system.ok
      ? { ...system, value: `${model.ok ? systemName(model.value) : 'iOS'} ${system.value}` }
      : system,
    serial: paired('SerialNumber', /^[A-Z0-9]{8,14}$/),
    imei1: paired(imeiKey, /^\d{15}$/),
    imei2: paired(`${imeiKey}2`, /^\d{15}$/),
    meid: paired('MobileEquipmentIdentifier', /^[0-9A-Fa-f]{14}$/),
    facts: {
      marketing_name: model.ok && sold !== undefined ? told(sold, table, model.raw, at) : nothing,
      colour: number.ok ? (colour === undefined ? nothing : told(colour, table, number.raw, at)) : number,
      build: open('BuildVersion', /^[0-9A-Za-z]{3,12}$/),
      // A code that is set is told; its absence is not believed.
      screen_lock: locked.ok
        ? { ...locked, value: 'code set' }
        : unknown(locked.why === 'malformed' ? 'unsupported' : locked.why),
      security_patch: nothing,
      encryption: nothing,
      verified_boot: nothing,
      bootloader_lock: nothing,
      // Apple's servers know it; the device does not.
      activation_lock: nothing,
      frp_lock: nothing,
      sim_lock: nothing,
    } satisfies DeviceFacts,
  };
}

const systemName = (productType: string) => (productType.startsWith('iPad') ? 'iPadOS' : 'iOS');

function text(from: Dictionary, key: string, command: string, at: number, fits: RegExp): Fact<string> {
  if ('why' in from) return unknown(from.why);
  const value = from.values.get(key);
  if (value === undefined || value === null || value === '') return unknown('unsupported');
  if (typeof value !== 'string' && typeof value !== 'boolean') return unknown('malformed');
  const raw = String(value);
  return fits.test(raw) ? told(raw, `${command} ${key}`, raw, at) : unknown('malformed');
}

function number(from: Dictionary, key: string, domain: string, at: number, least: number, most: number): Fact<number> {
  if ('why' in from) return unknown(from.why);
  const value = from.values.get(key);
  if (value === undefined) return unknown('unsupported');
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    return unknown('malformed');
  return told(value, `ideviceinfo -q ${domain} ${key}`, String(value), at);
}

function setupState(from: Dictionary, at: number): Fact<'setup' | 'in_use'> {
  if ('why' in from) return unknown(from.why);
  const done = from.values.get('SetupDone');
  if (typeof done !== 'boolean') return unknown(done === undefined ? 'unsupported' : 'malformed');
  return told(done ? 'in_use' : 'setup', 'ideviceinfo -q com.apple.purplebuddy SetupDone', String(done), at);
}

/** Supervision shows; management without it does not, so its absence says nothing. */
function supervision(from: Dictionary, at: number): Fact<string> {
  if ('why' in from) return unknown(from.why);
  return from.values.get('DeviceIsChaperoned') === true
    ? told('supervised', 'ideviceinfo -q com.apple.mobile.chaperone DeviceIsChaperoned', 'true', at)
    : unknown('unsupported');
}

function batteryFacts(gauge: Dictionary, at: number): DeviceFacts {
  const source = 'idevicediagnostics ioregentry AppleSmartBattery';
  const nothing = unknown('why' in gauge ? gauge.why : 'unsupported');
  const health = { battery_health: nothing };
  if ('why' in gauge) return { ...health, battery_capacity_percent: nothing, battery_cycles: nothing };
  const whole = (key: string) => {
    const value = gauge.values.get(key);
    return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
  };
  const [cycles, design] = [whole('CycleCount'), whole('DesignCapacity')];
  const full = whole('NominalChargeCapacity') ?? whole('AppleRawMaxCapacity');
  const percent = full && design ? Math.round((100 * full) / design) : null;
  return {
    ...health,
    battery_cycles:
      cycles === null ? nothing : cycles > 20_000 ? unknown('malformed') : told(cycles, source, String(cycles), at),
    battery_capacity_percent:
      percent === null
        ? nothing
        : percent < 1 || percent > 130
          ? unknown('malformed')
          : told(percent, source, `${full} of ${design} mAh`, at),
  };
}
