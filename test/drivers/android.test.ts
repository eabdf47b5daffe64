import { afterEach, describe, expect, test } from 'vitest';
import { askAdb } from '../../electron/drivers/android/adb-socket.ts';
import type { Sighting } from '../../electron/drivers/devices/adapter.ts';
import { noAndroidPhone, parcelOf } from '../support/android-phone.ts';
import { createAndroidPlace } from '../support/android-place.ts';
import { until } from '../support/until.ts';
import { adapterSuite, type Place } from './adapter-suite.ts';

const never = new AbortController().signal;

function androidPlace(): Place {
  const { adapter, newPhone, remove } = createAndroidPlace();
  const phone = newPhone();
  return {
    adapter,
    plug: kind => phone.plug({ behaviour: kind === 'phone' ? 'usual' : kind }),
    pull: phone.pull,
    remove,
  };
}

adapterSuite('android', androidPlace, noAndroidPhone);

const ending: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

function start() {
  const place = createAndroidPlace();
  ending.push(place.remove);
  let list: Sighting[] = [];
  place.adapter.watch(sightings => {
    list = sightings;
  }, never);
  const seen = async (wanted: (sighting: Sighting) => boolean, what = 'a fitting sighting') => {
    await until(() => list.some(wanted), what);
    const found = list.find(wanted);
    if (!found) throw new Error('no sighting');
    return found;
  };
  const ready = (portPath: string) => seen(s => s.presence === 'ready' && s.portPath === portPath, 'a phone is ready');
  const open = async (sighting: Sighting) => {
    const session = await place.adapter.open(sighting, never);
    ending.push(session.close);
    return session;
  };
  return { ...place, list: () => list, seen, ready, open };
}

const title =
  noAndroidPhone === null ? "Google's adbd as the phone" : `Google's adbd as the phone (skipped: ${noAndroidPhone})`;

describe.skipIf(noAndroidPhone)(title, () => {
  test('tells every fact with its source, or why it is not known', async () => {
    const { newPhone, ready, open } = start();
    const phone = newPhone();
    await phone.plug();
    const session = await open(await ready(phone.address()));
    const read = await session.identify({ timeoutMs: 15_000, signal: never });
    expect(read).toMatchObject({
      identifiers: { serial: 'X1SERIAL01', imei: phone.imeis, meid: null, eid: null },
      manufacturer: { ok: true, value: 'ACME', source: 'getprop ro.product.manufacturer' },
      model: { ok: true, value: 'X-100' },
      revision: { ok: true, value: 'Android 14', raw: '14' },
      batteryLevel: { ok: true, value: 87, source: 'dumpsys battery', raw: 'level: 87' },
      setupState: { ok: true, value: 'in_use' },
      accounts: { ok: true, value: 2, raw: 'Accounts: 2' },
      facts: {
        marketing_name: { ok: true, value: 'ACME Phone X', source: 'getprop ro.product.marketname' },
        capacity_bytes: { ok: true, value: 128e9 },
        security_patch: { ok: true, value: '2024-05-05' },
        battery_health: { ok: true, value: 'good' },
        battery_capacity_percent: { ok: true, value: 91 },
        battery_cycles: { ok: true, value: 212 },
        encryption: { ok: true, value: 'encrypted (file)' },
        verified_boot: { ok: true, value: 'green' },
        bootloader_lock: { ok: true, value: 'locked' },
        mdm: { ok: true, value: 'no owner found' },
        frp_lock: { ok: false, why: 'unsupported' },
        screen_lock: { ok: false, why: 'unsupported' },
        eid: { ok: false, why: 'unsupported' },
      },
    });
    expect(JSON.stringify(read)).not.toContain('owner@example.org');
  });

  test('a phone that refuses and lacks things leaves facts unknown, never clear', async () => {
    const { newPhone, ready, open } = start();
    const phone = newPhone();
    await phone.plug({
      properties: { 'ro.boot.verifiedbootstate': 'chartreuse', 'ro.boot.vbmeta.device_state': 'unlocked' },
      programs: {
        dumpsys: 'echo "Can\'t find service: $1" >&2; exit 1',
        settings: 'echo "Permission denied" >&2; exit 255',
        service: 'printf "Result: Parcel(\\n  0x00000000: ffffffff 00000000 \'........\')\\n"',
        df: 'echo nonsense',
        cat: 'echo "cat: $1: Permission denied" >&2; exit 1',
      },
    });
    const session = await open(await ready(phone.address()));
    expect(await session.identify({ timeoutMs: 15_000, signal: never })).toMatchObject({
      identifiers: { serial: 'X1SERIAL01', imei: [] },
      batteryLevel: { ok: false, why: 'unsupported' },
      setupState: { ok: false, why: 'denied' },
      accounts: { ok: false, why: 'unsupported' },
      facts: {
        imei1: { ok: false, why: 'denied' },
        imei2: { ok: false, why: 'denied' },
        mdm: { ok: false, why: 'unsupported' },
        battery_cycles: { ok: false, why: 'denied' },
        capacity_bytes: { ok: false, why: 'malformed' },
        verified_boot: { ok: false, why: 'malformed' },
        // Its two properties disagree.
        bootloader_lock: { ok: false, why: 'malformed' },
      },
    });
  });

  test('a managed phone is told as such, and one number of a subscriber is no IMEI', async () => {
    const { newPhone, ready, open } = start();
    const phone = newPhone();
    const subscriber = `262019876543210`;
    await phone.plug({
      programs: {
        dumpsys:
          "printf 'Current Device Policy Manager state:\\n  Device Owner: \\n    admin=ComponentInfo{com.example.mdm}\\n'",
        service: `case "$*" in "call iphonesubinfo 1") cat <<'PARCEL'
${parcelOf(phone.imeis[0])}
PARCEL
;; *) cat <<'PARCEL'
${parcelOf(subscriber)}
PARCEL
;; esac`,
      },
    });
    const session = await open(await ready(phone.address()));
    const read = await session.identify({ timeoutMs: 15_000, signal: never });
    expect(read.identifiers.imei).toEqual([phone.imeis[0]]);
    expect(read.facts).toMatchObject({
      mdm: { ok: true, value: 'managed device' },
      imei2: { ok: false, why: 'malformed' },
    });
  });

  test('a phone that asks its owner is trouble in words, and another epoch once it is allowed', async () => {
    const { adapter, newPhone, seen, ready, open } = start();
    const phone = newPhone();
    await phone.plug({ locked: true });
    const asking = await seen(s => s.presence === 'unauthorized', 'the phone asks its owner');
    expect(asking.trouble).toContain('allow USB debugging');
    await expect(adapter.open(asking, never)).rejects.toMatchObject({ code: 'port_unavailable' });
    await phone.allow();
    const allowed = await ready(phone.address());
    expect(allowed.epoch).not.toBe(asking.epoch);
    const session = await open(allowed);
    const read = await session.identify({ timeoutMs: 15_000, signal: never });
    expect(read.identifiers.serial).toBe('X1SERIAL01');
  });

  test('a phone that dies in mid-command is lost, and never half read', async () => {
    const { newPhone, ready, open } = start();
    const phone = newPhone();
    await phone.plug({ behaviour: 'slow' });
    const session = await open(await ready(phone.address()));
    const read = session.identify({ timeoutMs: 15_000, signal: never });
    const rejected = expect(read).rejects.toMatchObject({ code: 'device_lost' });
    await phone.kill();
    await rejected;
    expect(await session.gone).toEqual(expect.any(String));
  });

  test('a phone that floods is silent in words, and a stall leaves the other facts', async () => {
    const { newPhone, ready, open } = start();
    const [flooding, stalling] = [newPhone(), newPhone()];
    await flooding.plug({ behaviour: 'flood' });
    await stalling.plug({ programs: { dumpsys: 'exec sleep 20' } });
    const first = await open(await ready(flooding.address()));
    await expect(first.identify({ timeoutMs: 5_000, signal: never })).rejects.toMatchObject({ code: 'device_silent' });
    const second = await open(await ready(stalling.address()));
    expect(await second.identify({ timeoutMs: 1_500, signal: never })).toMatchObject({
      identifiers: { serial: 'X1SERIAL01', imei: stalling.imeis },
      model: { ok: true, value: 'X-100' },
      batteryLevel: { ok: false, why: 'timeout' },
      accounts: { ok: false, why: 'timeout' },
    });
  });

  test('two phones with one serial are two, and each is read by its own connection', async () => {
    const { newPhone, ready, open } = start();
    const [one, other] = [newPhone(), newPhone()];
    await one.plug({ serial: 'TWIN', properties: { 'ro.product.model': 'One' } });
    await other.plug({ serial: 'TWIN', properties: { 'ro.product.model': 'Other' } });
    const [first, second] = [await ready(one.address()), await ready(other.address())];
    expect(first.epoch).not.toBe(second.epoch);
    const reads = await Promise.all(
      [first, second].map(async s => (await open(s)).identify({ timeoutMs: 15_000, signal: never })),
    );
    expect(reads).toMatchObject([
      { identifiers: { serial: 'TWIN' }, model: { value: 'One' } },
      { identifiers: { serial: 'TWIN' }, model: { value: 'Other' } },
    ]);
  });

  test('when the adb server dies every phone is gone, and a new server sees them again', async () => {
    const { adapter, newPhone, serverUp, ready, open, list } = start();
    const phone = newPhone();
    await phone.plug({ behaviour: 'slow' });
    const before = await ready(phone.address());
    const session = await open(before);
    const read = session.identify({ timeoutMs: 15_000, signal: never });
    const rejected = expect(read).rejects.toMatchObject({ code: 'device_lost' });
    const killed = adapter.serverPort();
    await askAdb(killed ?? 0, 'host:kill', never).catch(() => {});
    await rejected;
    await until(() => list().length === 0, 'every phone is gone');
    await until(() => adapter.serverPort() !== killed, 'the port is given up');
    await serverUp();
    expect(adapter.trouble?.()).toBeNull();
    await phone.connect();
    const after = await ready(phone.address());
    expect(after.epoch).not.toBe(before.epoch);
    await expect(adapter.open(before, never)).rejects.toMatchObject({ code: 'device_lost' });
    expect(await (await open(after)).identify({ timeoutMs: 15_000, signal: never })).toMatchObject({
      identifiers: { serial: 'X1SERIAL01' },
    });
  });
});

describe('without a usable adb', () => {
  test('says that phones are not seen when there is none', async () => {
    const { adapter } = createAndroidPlace({ command: null });
    ending.push(adapter.close);
    const lists: Sighting[][] = [];
    adapter.watch(list => lists.push(list), never);
    expect(lists).toEqual([[]]);
    expect(adapter.trouble?.()).toContain('adb was not found');
  });

  test('says so while a program that is no adb ends at once, and stops when asked', async () => {
    const { adapter, logged } = createAndroidPlace({ command: process.execPath });
    adapter.watch(() => {}, never);
    await until(() => logged.length > 1, 'it was tried again');
    expect(adapter.trouble?.()).toContain("doesn't run");
    await adapter.close();
    expect(logged[0]).toMatchObject({ event: 'adb.server_lost' });
  });
});
