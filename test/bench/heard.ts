import type { Client } from '../../shared/client.ts';

/** Resolves at the time (performance.now) when so many devices have been told to this client in that state. */
export function heardOf(client: Client, state: string, count = 1): Promise<number> {
  return new Promise(resolve => {
    const told = new Set<string>();
    const stop = client.on('device.changed', device => {
      if (device.state !== state) return;
      told.add(device.id);
      if (told.size < count) return;
      stop();
      resolve(performance.now());
    });
  });
}
