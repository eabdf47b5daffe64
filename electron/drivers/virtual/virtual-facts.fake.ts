import { createHash } from 'node:crypto';
import type { DeviceFacts, Fact } from '../devices/adapter.ts';
import type { VirtualPhone } from './phones.fake.ts';

const unsupported: Fact<never> = { ok: false, why: 'unsupported' };
const denied: Fact<never> = { ok: false, why: 'denied' };

const colours = ['Black', 'White', 'Blue', 'Green'] as const;
const sizesGb = [64, 128, 256, 512] as const;

/** What each model is sold as; the others tell no name, as many Android phones do not. */
const soldAs: Readonly<Record<string, string>> = {
  'iPhone 13': 'iPhone 13',
  'iPad (9th generation)': 'iPad (9th generation)',
  'SM-S911B': 'Galaxy S23',
  'Pixel 7a': 'Pixel 7a',
  FP5: 'Fairphone 5',
};

/**
 * The rest of what a virtual phone tells, the same at every read: drawn from what the phone is. Some is refused or not
 * told, as by real ones; what no protocol can tell of an Android phone is unknown here too.
 */
export function virtualFacts(phone: VirtualPhone, fact: <T extends string | number>(value: T) => Fact<T>): DeviceFacts {
  const { identifiers, manufacturer, model, revision } = phone;
  const draw = createHash('sha256')
    .update(JSON.stringify([phone.id, model, manufacturer]))
    .digest();
  const byte = (index: number) => draw[index] ?? 0;
  const apple = manufacturer === 'Apple';
  const tell = (value: string | null | undefined) => (value == null ? unsupported : fact(value));
  const capacityPercent = 78 + (byte(0) % 23);
  const asNew = phone.setupState === 'setup';
  return {
    marketing_name: tell(soldAs[model]),
    colour: apple ? fact(colours[byte(1) % colours.length] ?? 'Black') : unsupported,
    capacity_bytes: fact((sizesGb[byte(2) % sizesGb.length] ?? 128) * 1e9),
    build: fact(`${revision.replace(/\D+/g, '')}.${1000 + byte(3)}`),
    security_patch: apple ? unsupported : fact(`2026-0${1 + (byte(4) % 9)}-05`),
    serial: tell(identifiers.serial),
    imei1: tell(identifiers.imei[0]),
    imei2: tell(identifiers.imei[1]),
    meid: tell(identifiers.meid),
    eid: tell(identifiers.eid),
    battery_health: fact(capacityPercent < 80 ? 'service' : 'good'),
    battery_capacity_percent: apple ? fact(capacityPercent) : denied,
    battery_cycles: byte(5) % 3 === 0 ? denied : fact(50 + 4 * byte(6)),
    encryption: fact(apple ? 'encrypted' : 'encrypted (file)'),
    verified_boot: apple ? unsupported : fact('green'),
    bootloader_lock: apple ? unsupported : fact('locked'),
    activation_lock: unsupported,
    frp_lock: unsupported,
    mdm: asNew ? unsupported : fact('no owner found'),
    screen_lock: unsupported,
    sim_lock: unsupported,
  };
}
