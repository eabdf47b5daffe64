import { z } from 'zod';
import { VirtualFault } from '../../../shared/training.ts';
import { createLineSplitter, newline } from '../child/line-splitter.ts';
import { createNodeClock } from '../clock/clock.node.ts';
import { createVirtualBench } from '../virtual/virtual-bench.fake.ts';
import type { DiagnoseProgress, PiceaTarget } from './picea.ts';
import { type HostEvent, HostRequest, maxLineBytes } from './protocol.ts';
import { refusalOf } from './refusals.ts';

/**
 * An SDK host with a virtual bench inside: speaks the protocol on stdin and stdout and works on phones that it makes
 * up on the connectors it is asked about. For tests and for trying the child-process path by hand.
 */

const settings = z
  .object({
    /** Faults by connector, as JSON. */
    VIRTUAL_BRIDGE_FAULTS: z
      .string()
      .default('{}')
      .transform(text => z.record(z.string(), VirtualFault).parse(JSON.parse(text))),
    VIRTUAL_BRIDGE_ERASE_MS: z.coerce.number().int().positive().default(2_000),
  })
  .parse(process.env);

const bench = createVirtualBench({
  clock: createNodeClock(),
  seed: 'bridge',
  eraseDurationMs: settings.VIRTUAL_BRIDGE_ERASE_MS,
});
const operations = new Map<string, AbortController>();

const tell = (event: HostEvent) => process.stdout.write(`${JSON.stringify(event)}\n`);

type Job = Exclude<HostRequest, { type: 'info' | 'cancel' }>;

/** Finds what is asked for, or plugs it in: the bridge shares no cable with the bench. */
function phoneAt({ portPath, identifiers }: Job['target']): PiceaTarget {
  const fault = settings.VIRTUAL_BRIDGE_FAULTS[portPath] ?? null;
  const { epoch } = bench.at(portPath) ?? bench.plug({ portPath, identifiers, fault });
  return { portPath, identifiers, epoch: epoch ?? '' };
}

async function erase(op: string, target: PiceaTarget, signal: AbortSignal): Promise<void> {
  const { raw, certificate, ...result } = await bench.picea.erase(target, {
    signal,
    onProgress: told =>
      told.kind === 'progress'
        ? tell({ type: 'progress', op, percent: told.percent, phase: told.phase })
        : tell({ type: 'reboot', op, windowMs: told.windowMs }),
  });
  const sent = certificate && { mediaType: certificate.mediaType, base64: certificate.bytes.toString('base64') };
  tell({ type: 'result', op, ...result, certificate: sent });
}

function tellProgress(op: string, told: DiagnoseProgress): void {
  if (told.kind === 'started') tell({ type: 'test_started', op, test: told.test });
  else if (told.kind === 'finished') tell({ type: 'test_finished', op, test: told.test, outcome: told.outcome });
  else tell({ type: 'progress', op, percent: told.percent, phase: told.phase });
}

async function diagnose(op: string, target: PiceaTarget, signal: AbortSignal): Promise<void> {
  const onProgress = (told: DiagnoseProgress) => tellProgress(op, told);
  const { raw, ...diagnosis } = await bench.picea.diagnose(target, { signal, onProgress });
  tell({ type: 'diagnosed', op, ...diagnosis });
}

async function verify(op: string, target: PiceaTarget, signal: AbortSignal): Promise<void> {
  const { raw, checks, ...verification } = await bench.picea.verify(target, { signal });
  const { lock_code, sim_card, find_my, rooted } = checks;
  const named = { LockCode: lock_code, SIMCard: sim_card, FindMyiPhone: find_my, RootedDevice: rooted };
  tell({ type: 'verified', op, ...verification, checks: named });
}

const works = { erase, diagnose, verify };

async function work({ type, op, target }: Job): Promise<void> {
  const cancel = new AbortController();
  operations.set(op, cancel);
  try {
    await works[type](op, phoneAt(target), cancel.signal);
  } catch (error) {
    const { code, message } = refusalOf(error);
    tell({ type: 'error', op, code: cancel.signal.aborted ? 'cancelled' : code, message });
  } finally {
    operations.delete(op);
  }
}

async function obey(request: HostRequest): Promise<void> {
  if (request.type === 'cancel') operations.get(request.op)?.abort(new Error('cancelled by the bench'));
  else if (request.type === 'info') tell({ type: 'info', op: request.op, ...(await bench.picea.info()) });
  else await work(request);
}

// Not node:readline, which also ends a line at U+2028, a character that may stand inside a JSON string.
const lines = createLineSplitter({
  ends: [newline],
  maxBytes: maxLineBytes,
  onLine: line => void obey(HostRequest.parse(JSON.parse(line.toString('utf8')))),
  onTooLong: () => process.exit(1),
});
process.stdin.on('data', (chunk: Buffer) => lines.push(chunk));
// The bench is gone: nobody waits for the outcome any more.
process.stdin.on('end', () => process.exit(0));
