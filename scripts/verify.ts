import { readFileSync } from 'node:fs';
import { parseArgs, styleText } from 'node:util';
import { TlogError } from '../shared/tlog/errors.ts';
import { parseVkey } from '../shared/tlog/note.ts';
import type { VerificationStep } from '../shared/verification.ts';
import type { Pins } from '../shared/verify/report-pdf.ts';
import { verifyPath } from '../shared/verify/verify-path.ts';

/** Bundled to one file it is run without npm. */
const command = process.argv[1]?.endsWith('.mjs') ? 'node verify.mjs' : 'npm run verify --';

const usage = `${command} FILE|DIR [--pin VKEY|FILE] [--ca PEM-FILE]
  [--timestamp-ca PEM-FILE] [--json]

Verifies a report PDF, a proof bundle (.json) or the folder of a journal export, without station or server.

  --pin   verifier key of the fleet log, as printed on every report, or a file that holds it
  --ca    certificate of the issuing site, PEM
  --timestamp-ca
          certificate of the authority above the time stamps of a report, PEM
  --json  the answer as one JSON object

Exit status: 0 everything holds, 1 something does not, 2 the command itself is wrong.`;

/** What was asked for cannot be done, and why. */
class UsageError extends Error {}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      pin: { type: 'string' },
      ca: { type: 'string' },
      'timestamp-ca': { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [path, ...more] = positionals;
  if (values.help) return null;
  if (path === undefined || more.length > 0) throw new UsageError('Name one file or folder to verify.');
  const pins: Pins = {
    ...(values.pin === undefined ? {} : { fleetVkey: readPin(values.pin) }),
    ...(values.ca === undefined ? {} : { caPem: readCertificate('--ca', values.ca) }),
    ...(values['timestamp-ca'] === undefined
      ? {}
      : { timestampCaPem: readCertificate('--timestamp-ca', values['timestamp-ca']) }),
  };
  return { path, pins, json: values.json };
}

function readPin(text: string): string {
  const vkey = isVkey(text) ? text : readOption('--pin', text).trim();
  if (!isVkey(vkey)) throw new UsageError('--pin: this is neither a verifier key nor a file that holds one.');
  return vkey;
}

function isVkey(text: string): boolean {
  try {
    return parseVkey(text).algorithm === 'ed25519';
  } catch (error) {
    if (error instanceof TlogError) return false;
    throw error;
  }
}

function readCertificate(option: string, file: string): string {
  const pem = readOption(option, file);
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    throw new UsageError(`${option}: ${file} holds no PEM certificate.`);
  return pem;
}

function readOption(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`${option}: ${file} cannot be read.`);
  }
}

const marks = {
  ok: styleText('green', 'ok     '),
  warning: styleText('yellow', 'WARNING'),
  failed: styleText('red', 'FAILED '),
  skipped: 'skipped',
} as const satisfies Record<VerificationStep['outcome'], string>;

async function main(): Promise<number> {
  const asked = readArguments();
  if (asked === null) {
    console.log(usage);
    return 0;
  }
  const { ok, steps } = await verifyPath(asked.path, asked.pins);
  if (asked.json) console.log(JSON.stringify({ file: asked.path, ok, steps }, null, 2));
  else {
    const width = Math.max(...steps.map(({ step }) => step.length));
    for (const { step, outcome, detail } of steps) console.log(`${marks[outcome]}  ${step.padEnd(width)}  ${detail}`);
    const failed = [...new Set(steps.filter(({ outcome }) => outcome === 'failed').map(({ step }) => step))];
    console.log(ok ? `${asked.path}: verified.` : `${asked.path}: NOT VERIFIED (${failed.join(', ')}).`);
  }
  return ok ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  process.exitCode = 2;
}
