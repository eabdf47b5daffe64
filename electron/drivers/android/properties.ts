import type { DeviceFacts, Fact } from '../devices/adapter.ts';
import { told, unknown } from '../devices/told.ts';

export type Properties = ReadonlyMap<string, string>;

/** Reads the output of `getprop`; a value may have several lines. */
export function parseProperties(output: string): Properties {
  return new Map(
    [...output.matchAll(/^\[([^\]\n]+)\]: \[([\s\S]*?)\]$/gm)].map(([, name = '', value = '']) => [name, value.trim()]),
  );
}

/** Where makers put the name a model is sold by; none of these is set by the owner. */
const marketingNames = [
  'ro.config.marketing_name',
  'ro.product.marketname',
  'ro.product.odm.marketname',
  'ro.product.vendor.marketname',
  'ro.vendor.oplus.market.name',
  'ro.vivo.market.name',
  'ro.vendor.asus.product.mkt_name',
];

const bootLocks: Readonly<Record<string, string>> = { '1': 'locked', '0': 'unlocked' };
const bootStates = ['green', 'yellow', 'orange', 'red'];

/** Facts that the properties of a device tell, read at `at`. */
export function propertyReader(properties: Properties, at: number) {
  const first = (names: readonly string[]): Fact<string> => {
    for (const name of names) {
      const value = properties.get(name);
      if (value !== undefined && value !== '' && value !== 'unknown') return told(value, `getprop ${name}`, value, at);
    }
    return unknown('unsupported');
  };
  const checked = (names: readonly string[], read: (value: string) => string | null): Fact<string> => {
    const fact = first(names);
    if (!fact.ok) return fact;
    const value = read(fact.value);
    return value === null ? unknown('malformed') : { ...fact, value };
  };

  return {
    manufacturer: first(['ro.product.manufacturer', 'ro.product.vendor.manufacturer']),
    model: first(['ro.product.model', 'ro.product.vendor.model']),
    revision: checked(['ro.build.version.release'], value => `Android ${value}`),
    serial: checked(['ro.serialno', 'ro.boot.serialno'], value => (/^[\w.:-]{1,64}$/.test(value) ? value : null)),
    facts: {
      marketing_name: first(marketingNames),
      build: first(['ro.build.display.id', 'ro.build.id']),
      security_patch: checked(['ro.build.version.security_patch'], value =>
        /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : null,
      ),
      encryption: encryption(first(['ro.crypto.state']), properties.get('ro.crypto.type')),
      verified_boot: checked(['ro.boot.verifiedbootstate'], value => (bootStates.includes(value) ? value : null)),
      bootloader_lock: bootloaderLock(first(['ro.boot.flash.locked']), first(['ro.boot.vbmeta.device_state'])),
      colour: unknown('unsupported'),
    } satisfies DeviceFacts,
  };
}

function encryption(state: Fact<string>, type: string | undefined): Fact<string> {
  if (!state.ok) return state;
  if (state.value === 'encrypted') {
    const kind = type === 'file' || type === 'block' ? ` (${type})` : '';
    return { ...state, value: `encrypted${kind}` };
  }
  return state.value === 'unencrypted' || state.value === 'unsupported'
    ? { ...state, value: 'not encrypted' }
    : unknown('malformed');
}

/** Two properties that disagree are no answer. */
function bootloaderLock(flash: Fact<string>, state: Fact<string>): Fact<string> {
  const byFlash = flash.ok ? bootLocks[flash.value] : undefined;
  const byState = state.ok && ['locked', 'unlocked'].includes(state.value) ? state.value : undefined;
  if ((flash.ok && byFlash === undefined) || (byFlash !== undefined && byState !== undefined && byFlash !== byState))
    return unknown('malformed');
  if (flash.ok && byFlash !== undefined) return { ...flash, value: byFlash };
  return byState === undefined ? unknown('unsupported') : state;
}
