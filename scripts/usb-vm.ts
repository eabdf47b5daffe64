import { spawn, spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

// USB as a real kernel has it: a guest under QEMU whose kernel makes phones up (dummy_hcd, configfs), watched by the
// bench's own driver. Slower than `npm test` (half a minute, and a kernel of 70 MB the first time), so apart from it.
const folder = resolve(import.meta.dirname, '../test/usb-vm');
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'veriqko-bench', 'usb-vm');
const programs = { 'qemu-system-x86_64': 'qemu-system-x86', busybox: 'busybox-static', depmod: 'kmod' } as const;
const checks = 8;

const isThere = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const missing = () => Object.entries(programs).filter(([program]) => !isThere(program));

function finish(passed: number, failed: number, why?: string): never {
  if (why) console.log(why);
  console.log(`${passed} passed, ${failed} failed, ${Math.max(0, checks - passed - failed)} skipped`);
  process.exit(passed === checks && failed === 0 ? 0 : 1);
}

if (process.platform !== 'linux' || process.arch !== 'x64' || !isThere('apt-get'))
  finish(0, 0, 'Skipped: the guest is a Debian kernel for x86-64, fetched by apt; this is another system.');
if (missing().length > 0 && process.getuid?.() === 0) {
  spawnSync('apt-get', ['update', '-q'], { stdio: 'inherit' });
  const packages = missing().map(([, name]) => name);
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { stdio: 'inherit' });
}
if (missing().length > 0) {
  const packages = missing().map(([, name]) => name);
  finish(0, 0, `Skipped: programs are missing. To install them: sudo apt-get install ${packages.join(' ')}`);
}

const guest = spawn('bash', [join(folder, 'boot.sh'), cache, join(folder, 'job.sh')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
let [passed, failed] = [0, 0];
let ended = false;
for await (const line of createInterface({ input: guest.stdout })) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the firmware clears the screen before anything else.
  const text = line.replace(/\u001b(?:c|\[[\d;?]*[A-Za-z])/g, '').replace(/^.*(?=\b(?:not )?ok )/, '');
  console.log(text);
  if (text.startsWith('ok ')) passed++;
  if (text.startsWith('not ok ')) failed++;
  ended ||= text.startsWith('guest: ended with 0');
}
finish(passed, failed + (ended ? 0 : 1), ended ? undefined : 'The guest did not come to its end.');
