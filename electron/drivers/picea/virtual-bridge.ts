import { z } from 'zod';
import { BenchError } from '../../../shared/errors.ts';
import { VirtualFault } from '../../../shared/training.ts';
import { createLineSplitter, newline } from '../child/line-splitter.ts';
import { createNodeClock } from '../clock/clock.node.ts';
import { createVirtualBench } from '../virtual/virtual-bench.fake.ts';
import { type HostEvent, HostRequest, maxLineBytes } from './protocol.ts';

/**
 * An SDK host with a virtual bench inside: speaks the protocol on stdin and stdout and erases phones that it makes
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

/** Finds what is asked for, or plugs it in: the bridge shares no cable with the bench. */
function phoneAt({ portPath, identifiers }: (HostRequest & { type: 'erase' })['target']) {
  const fault = settings.VIRTUAL_BRIDGE_FAULTS[portPath] ?? null;
  return bench.at(portPath) ?? bench.plug({ portPath, identifiers, fault });
}

async function erase({ op, target }: HostRequest & { type: 'erase' }): Promise<void> {
  const cancel = new AbortController();
  operations.set(op, cancel);
  try {
    const { epoch } = phoneAt(target);
    const { raw, certificate, ...result } = await bench.picea.erase(
      { ...target, epoch: epoch ?? '' },
      {
        signal: cancel.signal,
        onProgress: told =>
          told.kind === 'progress'
            ? tell({ type: 'progress', op, percent: told.percent, phase: told.phase })
            : tell({ type: 'reboot', op, windowMs: told.windowMs }),
      },
    );
    const sent = certificate && { mediaType: certificate.mediaType, base64: certificate.bytes.toString('base64') };
    tell({ type: 'result', op, ...result, certificate: sent });
  } catch (error) {
    const code = cancel.signal.aborted ? 'cancelled' : error instanceof BenchError ? error.code : 'internal';
    tell({ type: 'error', op, code, message: error instanceof Error ? error.message : 'unknown' });
  } finally {
    operations.delete(op);
  }
}

async function obey(request: HostRequest): Promise<void> {
  if (request.type === 'cancel') operations.get(request.op)?.abort(new Error('cancelled by the bench'));
  else if (request.type === 'erase') await erase(request);
  else tell({ type: 'info', op: request.op, ...(await bench.picea.info()) });
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
