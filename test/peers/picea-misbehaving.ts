/** An SDK host that breaks the protocol in the way its first argument orders, on the first thing it is asked to do. */
import { createInterface } from 'node:readline';

const mode = process.argv[2];
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);

type Asked = { serial: string | null; imei: string[]; meid: string | null; eid: string | null };
const speaker = { test: 'speaker', outcome: 'pass', measurement: null };
const at = '2026-01-01T00:00:00.000Z';
const diagnosed = (op: string, identifiers: Asked, results: unknown = [speaker]) =>
  say({ type: 'diagnosed', op, operationId: 'd-1', identifiers, results, startedAt: at, endedAt: at });
const verified = (op: string, identifiers: Asked, checks: unknown) =>
  say({ type: 'verified', op, operationId: 'v-1', identifiers, checks, startedAt: at, endedAt: at });
const checks = { LockCode: 'no', SIMCard: 'no', FindMyiPhone: 'no', RootedDevice: 'no' };

const misbehave: Record<string, (op: string, asked: Asked) => void> = {
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
  garbage_results: (op, asked) => diagnosed(op, asked, 'all well'),
  unknown_outcome: (op, asked) => diagnosed(op, asked, [{ ...speaker, outcome: 'ok' }]),
  endless_measurement: (op, asked) => diagnosed(op, asked, [{ ...speaker, measurement: { value: '∞', unit: '%' } }]),
  said_twice: (op, asked) => diagnosed(op, asked, [speaker, { ...speaker, outcome: 'fail' }]),
  too_many_tests: (op, asked) =>
    diagnosed(
      op,
      asked,
      Array.from({ length: 501 }, (_, i) => ({ ...speaker, test: `t${i}` })),
    ),
  unknown_answer: (op, asked) => verified(op, asked, { ...checks, LockCode: 'off' }),
  foreign_serial: (op, asked) => diagnosed(op, { ...asked, serial: 'SOMEBODY-ELSE' }),
  foreign_imei: (op, asked) => diagnosed(op, { ...asked, imei: [String(356_938_035_643_809)] }),
  foreign_checks: (op, asked) => verified(op, { ...asked, serial: 'SOMEBODY-ELSE' }, checks),
  names_nobody: (op, asked) => diagnosed(op, { ...asked, serial: null, imei: [] }),
  strange_tests: (op, asked) =>
    diagnosed(op, asked, [
      { test: 'Speaker', outcome: 'fail', measurement: null },
      { test: '__proto__', outcome: 'pass', measurement: null },
      { test: 'battery_health', outcome: 'pass', measurement: { value: 2815, unit: 'mAh' } },
      { test: 'battery_cycles', outcome: 'pass', measurement: { value: 412, unit: 'cycles' } },
      { ...speaker, name: 'Microphone', measurement: { value: 7, unit: '%' } },
    ]),
  half_verified: (op, asked) => verified(op, asked, { LockCode: 'no', Jailbreak: 'no' }),
  floods: (op, asked) => {
    for (let i = 0; i < 2_000; i++) say({ type: 'test_finished', op, test: `vendor_test_${i}`, outcome: 'fail' });
    diagnosed(op, asked);
    for (let i = 0; i < 2_000; i++) diagnosed(op, asked, [{ ...speaker, outcome: 'fail' }]);
  },
};

// In one write, which the pipe takes whole: of many small ones some would still wait here when this process is killed.
const complaints = Array.from({ length: 1_000 }, (_, i) => `complaint ${i} of the host\n`);
if (mode === 'death') process.stderr.write(complaints.join(''));

let begun: string | undefined;
createInterface({ input: process.stdin }).on('line', line => {
  const { type, op, target } = JSON.parse(line);
  if (type === 'info' && mode === 'alive' && begun !== undefined)
    say({ type: 'progress', op: begun, percent: 10, phase: 'testing' });
  if (type === 'info') say({ type: 'info', op, product: 'Misbehaving host', version: '1' });
  if (type === 'info' || type === 'cancel') return;
  begun = op;
  say({ type: 'progress', op, percent: 5, phase: 'beginning' });
  const [, code] = mode?.split('refuses:') ?? [];
  if (code !== undefined) say({ type: 'error', op, code, message: `about ${target.identifiers.serial}` });
  else misbehave[mode ?? 'silent']?.(op, target.identifiers);
});
// Stays when its stdin closes or it is asked to end: only SIGKILL ends it.
process.on('SIGTERM', () => {});
setInterval(() => {}, 60_000);
