import { BenchError } from '../../../shared/errors.ts';
import type { Clock } from '../clock/clock.ts';
import type { DeviceAdapter } from '../devices/adapter.ts';
import { createWatchers } from '../devices/watchers.ts';
import { createIosSession } from './ios-session.ts';
import { findTools } from './ios-tools.node.ts';
import type { Tools } from './ios-tools.ts';
import { type Snapshot, watchIos } from './ios-watch.node.ts';
import { stillRefuses } from './read-identity.ts';
import type { Refusal } from './refusals.ts';
import { type Seen, seenIn } from './seen.node.ts';
import { muxAddress } from './usbmux.ts';

const adapterName = 'ios';
const recheckMs = 3_000;

export type IosOptions = {
  clock: Clock;
  log(line: Record<string, unknown>): void;
  /** Where programs are looked for, and given to them; USBMUXD_SOCKET_ADDRESS names another usbmuxd. */
  env: Readonly<NodeJS.ProcessEnv>;
  platform: NodeJS.Platform;
  pollMs?: number;
  /** Where Linux lists what is on USB. */
  usbFolder?: string;
};

const noTools =
  "libimobiledevice was not found: iPhones and iPads aren't seen. Install its programs (Debian: libimobiledevice-utils, usbmuxd).";
const noMux =
  "usbmuxd doesn't answer: iPhones and iPads aren't seen until it does. Install or start it (on Windows: Apple Devices).";

const lost = () => new BenchError('device_lost', 'The device is not plugged in any more.');

/**
 * iPhones and iPads by the system's usbmuxd and the programs of libimobiledevice. One that cannot be read is a sighting
 * with `trouble`; each change into or out of such a state is a new epoch, as is each attach.
 */
export function createIosAdapter(options: IosOptions): DeviceAdapter {
  const { clock, log, env, platform, pollMs = 1_000, usbFolder = '/sys/bus/usb/devices' } = options;
  const tools = findTools(env, platform);
  const closed = new AbortController();
  const sessions = new Map<string, (why: string) => void>();
  const refused = new Map<string, Refusal>();
  let seen: Seen[] = [];
  let snapshot: Snapshot | null = null;
  let epochs = 0;
  let watching: ReturnType<typeof watchIos> | null = null;
  const rechecks = new Map<string, Promise<void>>();

  const watchers = createWatchers(() => seen.map(({ sighting }) => sighting));
  const take = (list: Seen[]) => {
    const was = seen;
    seen = list;
    for (const { sighting } of was)
      if (!list.some(s => s.sighting.epoch === sighting.epoch))
        sessions.get(sighting.epoch)?.('it is not there any more');
    if (was.length === list.length && was.every((s, i) => s === list[i])) return;
    watchers.tell();
  };
  const see = (newest: Snapshot) => {
    snapshot = newest;
    const newEpoch = () => `${adapterName}:${clock.boot}:${++epochs}`;
    const list = seenIn(newest, refused, { adapter: adapterName, newEpoch, was: seen });
    take(list);
    for (const attachment of [...refused.keys()])
      if (!list.some(s => s.attachment === attachment)) refused.delete(attachment);
    if (tools) for (const one of list) if (refused.has(one.attachment)) recheck(tools, one);
  };
  /** A device that was unlocked or trusted since says so only when it is asked. */
  const recheck = (with_: Tools, { attachment, udid }: Seen) => {
    if (udid === null || rechecks.has(attachment) || closed.signal.aborted) return;
    const ask = async () => {
      await new Promise<void>(resolve => {
        const go = () => {
          cancel();
          closed.signal.removeEventListener('abort', go);
          resolve();
        };
        const cancel = clock.after(Math.min(recheckMs, 10 * pollMs), go);
        closed.signal.addEventListener('abort', go, { once: true });
      });
      const { signal } = closed;
      if (!signal.aborted && refused.has(attachment)) {
        if (!(await stillRefuses({ tools: with_, udid, timeoutMs: recheckMs, signal }))) refused.delete(attachment);
      }
    };
    const asking = ask()
      .catch(() => {})
      .finally(() => rechecks.delete(attachment));
    rechecks.set(attachment, asking);
  };
  const muxIsMissing = () =>
    snapshot !== null && snapshot.mux === null && (snapshot.usb?.some(u => u.mode === 'normal') ?? true);

  return {
    name: adapterName,
    // Linux runs usbmuxd only while one of Apple's devices is plugged in.
    trouble: () => (tools === null ? noTools : muxIsMissing() ? noMux : null),
    watch(onChange, signal) {
      if (signal.aborted || closed.signal.aborted) return;
      watchers.add(onChange, signal);
      const address = muxAddress(env, platform);
      if (tools) watching ??= watchIos({ address, usbFolder, clock, pollMs, log, onSnapshot: see }, closed.signal);
    },
    async open({ epoch }, signal) {
      signal.throwIfAborted();
      const found = seen.find(s => s.sighting.epoch === epoch);
      if (!found || !tools || closed.signal.aborted) throw lost();
      const { trouble } = found.sighting;
      if (trouble !== undefined || found.udid === null)
        throw new BenchError('port_unavailable', trouble ?? 'The device cannot be read.');
      if (sessions.has(epoch))
        throw new BenchError('port_unavailable', 'Something else is talking to this device. Wait and try again.');
      const { session, lose } = createIosSession({
        epoch,
        udid: found.udid,
        tools,
        clock,
        onEnd: () => sessions.delete(epoch),
        onRefusal(refusal) {
          refused.set(found.attachment, refusal);
          if (snapshot) see(snapshot);
        },
        async stillThere(over) {
          over.throwIfAborted();
          await watching?.refresh();
          return seen.includes(found);
        },
      });
      sessions.set(epoch, lose);
      return session;
    },
    async close() {
      closed.abort(lost());
      watchers.clear();
      for (const lose of [...sessions.values()]) lose('the bench is closing');
      seen = [];
      await watching?.ended;
      await Promise.all(rechecks.values());
    },
  };
}
