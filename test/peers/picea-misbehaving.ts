/** An SDK host that breaks the protocol in the way its first argument orders, on the first erase it is asked for. */
import { createInterface } from 'node:readline';

const mode = process.argv[2];
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);

const misbehave: Record<string, (op: string) => void> = {
  garbage: () => process.stdout.write('Segmentation fault (core dumped)\n'),
  half_json: () => process.stdout.write('{"type":"result","op":\n'),
  not_utf8: () => process.stdout.write(Buffer.from([0x7b, 0xff, 0xfe, 0x7d, 0x0a])),
  death: () => process.kill(process.pid, 'SIGKILL'),
  leaves: () => process.exit(3),
  giant: () => process.stdout.write('x'.repeat(5 * 1024 * 1024)),
  unknown_op: () => say({ type: 'progress', op: 'erase-999', percent: 10, phase: 'erasing' }),
  wrong_kind: op => say({ type: 'info', op, product: 'p', version: '1' }),
  percent_of_101: op => say({ type: 'progress', op, percent: 101, phase: 'erasing' }),
  refuses: op => say({ type: 'error', op, code: 'LICENCE', message: `no licence for ${490_154_203_237_518}` }),
  silent: () => {},
};

// In one write, which the pipe takes whole: of many small ones some would still wait here when this process is killed.
const complaints = Array.from({ length: 1_000 }, (_, i) => `complaint ${i} of the host\n`);
if (mode === 'death') process.stderr.write(complaints.join(''));

createInterface({ input: process.stdin }).on('line', line => {
  const { type, op } = JSON.parse(line);
  if (type === 'info') say({ type: 'info', op, product: 'Misbehaving host', version: '1' });
  if (type !== 'erase') return;
  say({ type: 'progress', op, percent: 5, phase: 'erasing' });
  misbehave[mode ?? 'silent']?.(op);
});
// Stays when its stdin closes or it is asked to end: only SIGKILL ends it.
process.on('SIGTERM', () => {});
setInterval(() => {}, 60_000);
