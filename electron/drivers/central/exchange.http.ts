import { createHash, X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { checkServerIdentity } from 'node:tls';
import { BenchError } from '../../../shared/errors.ts';
import { type Answer, notTheServer } from './answers.ts';

export type LineOptions = {
  /** Base64 SHA-256 of the public key that the server's certificate must have, beside being valid. */
  pin?: string | null;
  /** Certificates to trust instead of those of the system, as PEM. */
  ca?: string;
};

type Opened = { status: number; header(name: string): string; body: AsyncIterable<Uint8Array> | Iterable<Uint8Array> };
type Limits = { signal: AbortSignal; timeoutMs: number; maxBytes: number };

/**
 * Asks over TLS 1.3; plainly on this very machine alone. Nothing is sent before certificate and pin are seen to be right.
 * Redirects are answers like others. Rejects with `server_unreachable`, or with `server_refused` for a line that is not
 * to be trusted.
 */
export function createLine({ pin = null, ca }: LineOptions) {
  const secure = new Agent({
    keepAlive: true,
    minVersion: 'TLSv1.3',
    ...(ca === undefined ? {} : { ca }),
    checkServerIdentity(host, certificate) {
      const fault = checkServerIdentity(host, certificate);
      if (fault || pin === null) return fault;
      return pinOf(certificate.raw) === pin ? undefined : new WrongPin();
    },
  });

  const openSecurely = (url: URL, init: RequestInit, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const body = bytesOf(init.body);
      const headers = { ...Object.fromEntries(new Headers(init.headers)), 'content-length': String(body.length) };
      const options = { method: init.method ?? 'GET', headers, signal, agent: secure };
      request(url, options).once('response', resolve).once('error', reject).end(body);
    });
  const open = async (url: URL, init: RequestInit, signal: AbortSignal): Promise<Opened> => {
    if (url.protocol === 'https:') {
      const response = await openSecurely(url, init, signal);
      return { status: response.statusCode ?? 0, header: name => String(response.headers[name] ?? ''), body: response };
    }
    const response = await fetch(url, { ...init, redirect: 'manual', signal });
    return { status: response.status, header: name => response.headers.get(name) ?? '', body: response.body ?? [] };
  };

  return async (url: URL, init: RequestInit, { signal, timeoutMs, maxBytes }: Limits): Promise<Answer> => {
    if (url.protocol !== 'https:' && !isThisMachine(url.hostname)) throw insecure();
    try {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const response = await open(url, init, limited);
      const wait = Number(response.header('retry-after'));
      const bytes = await readCapped(response.body, maxBytes);
      return {
        status: response.status,
        type: response.header('content-type').split(';')[0]?.trim() ?? '',
        text: bytes.toString('utf8'),
        bytes,
        retryAfterMs: Number.isFinite(wait) && wait > 0 ? wait * 1_000 : null,
      };
    } catch (cause) {
      throw inWords(cause, signal);
    }
  };
}

/** Base64 SHA-256 of a certificate's public key, as RFC 7469 takes it. */
export function pinOf(certificate: Buffer): string {
  const spki = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}

class WrongPin extends Error {}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function insecure(): BenchError {
  return new BenchError(
    'server_refused',
    'The address of the server must begin with https://: what the bench sends is not for everybody on the network.',
  );
}

function inWords(cause: unknown, signal: AbortSignal): BenchError {
  if (cause instanceof BenchError) return cause;
  if (signal.aborted) return new BenchError('server_unreachable', 'The attempt was stopped.', { cause });
  if (cause instanceof WrongPin)
    return new BenchError(
      'server_refused',
      'The server shows another key than the one that was entered at enrolment. Nothing was sent. Ask an admin of the server whether its certificate changed.',
      { cause },
    );
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (/CERT|ALTNAME|SELF_SIGNED|ISSUER|SIGNATURE/.test(code))
    return new BenchError(
      'server_refused',
      'The certificate of the server is not valid for this address, or nobody this computer trusts issued it. Nothing was sent. A sign-in page of the network, a proxy or a wrong clock can be why.',
      { cause },
    );
  if (/SSL|TLS|EPROTO/.test(code))
    return new BenchError(
      'server_refused',
      'The server and this bench found no safe way to speak: TLS 1.3 is needed. Nothing was sent.',
      { cause },
    );
  return new BenchError(
    'server_unreachable',
    'The central server does not answer. Check the network; the bench goes on working.',
    { cause },
  );
}

function bytesOf(body: RequestInit['body']): Uint8Array {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  throw new TypeError('a body is text or bytes');
}

async function readCapped(body: Opened['body'], maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw notTheServer();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
