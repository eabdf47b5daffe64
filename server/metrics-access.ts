import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIPv4 } from 'node:net';
import { ServerError } from './problems.ts';

const leastSecret = 16;
const forwarding = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/** What of a request tells who asks: `remoteAddress` is the peer of the connection, whatever a proxy says. */
type Asking = { socket: { remoteAddress?: string | undefined }; headers: IncomingHttpHeaders };

/**
 * Lets pass who may read the counts: whoever shows the bearer secret, and without one in force whoever asks on this
 * machine itself, not through a proxy on it. The check throws ServerError 401 or 403; a secret that is too short to
 * keep anybody out throws ServerError 500 at once.
 */
export function createMetricsAccess(secret: string | null): (request: Asking) => void {
  if (secret !== null && secret.length < leastSecret)
    throw new ServerError(500, `The secret for /metrics has to have ${leastSecret} characters at least.`);
  if (secret === null)
    return ({ socket, headers }) => {
      if (!isLoopback(socket.remoteAddress ?? '') || forwarding.some(name => headers[name] !== undefined))
        throw new ServerError(
          403,
          'Counts are told on the machine of the server alone, or to whoever has their secret.',
        );
    };
  const wanted = digest(`Bearer ${secret}`);
  return ({ headers }) => {
    if (!timingSafeEqual(digest(headers.authorization ?? ''), wanted))
      throw new ServerError(401, 'Counts are told to whoever shows their secret.', {
        headers: { 'www-authenticate': 'Bearer realm="metrics"' },
      });
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest();

function isLoopback(address: string): boolean {
  const bare = address.replace(/^::ffff:/i, '');
  return bare === '::1' || (isIPv4(bare) && bare.startsWith('127.'));
}
