import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const gadgets = '/sys/kernel/config/usb_gadget';

/** A made-up device of the kernel (configfs); it is on no connector at first. */
export function createGadget(name: string, { vid, pid, serial }: { vid: number; pid: number; serial: string }) {
  const folder = join(gadgets, name);
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  for (const part of ['strings/0x409', 'configs/c.1/strings/0x409', `functions/acm.${name}`])
    mkdirSync(join(folder, part), { recursive: true });
  write('idVendor', `0x${vid.toString(16)}`);
  write('idProduct', `0x${pid.toString(16)}`);
  write('bcdUSB', '0x0200');
  write('strings/0x409/serialnumber', serial);
  write('strings/0x409/manufacturer', 'Maker');
  write('strings/0x409/product', name);
  write('configs/c.1/strings/0x409/configuration', 'one');
  const link = join(folder, `configs/c.1/acm.${name}`);
  if (!existsSync(link)) symlinkSync(join(folder, `functions/acm.${name}`), link);
  return {
    /** Plugs it in at the connector of this number, from 0. */
    plug: (connector: number) => write('UDC', `dummy_udc.${connector}`),
    unplug: () => write('UDC', '\n'),
  };
}
