import { isIPv6 } from 'node:net';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { StationOf } from './access/tokens.ts';
import { sendProblem } from './problems.ts';
import { createRateLimit, type Rate } from './rate-limit.ts';

/** Requests that may come: from one address, of one station, in all; and enrolments and tokens from one address. */
export type Limits = Record<'address' | 'station' | 'all' | 'enrolments' | 'tokens', Rate>;

export const usualLimits: Limits = {
  address: { burst: 1_200, perSecond: 20 },
  station: { burst: 1_200, perSecond: 20 },
  all: { burst: 20_000, perSecond: 2_000 },
  enrolments: { burst: 20, perSecond: 0.2 },
  tokens: { burst: 60, perSecond: 1 },
};

/** Routes of stations that somebody may ask who is not one yet. */
const open = ['/v1/enrol', '/v1/escrow-key'];
const watched = ['/health', '/metrics'];

/**
 * Keeps anybody from taking the server's time and from trying codes one after the other, and lets nobody but stations
 * below /v1/, who show who they are before their bodies are read.
 */
export function guard(app: FastifyInstance, deps: { stationOf: StationOf; limits: Limits; now: () => number }): void {
  const { stationOf, limits, now } = deps;
  const limit = (name: keyof Limits) => createRateLimit(limits[name], now);
  const [all, address, station] = [limit('all'), limit('address'), limit('station')];
  const dear = new Map([
    ['/v1/enrol', limit('enrolments')],
    ['/oauth/token', limit('tokens')],
  ]);
  const wait = (reply: FastifyReply, whose: string, waitS: number) =>
    sendProblem(reply, 429, `Too many requests ${whose}. Wait.`, { waitS });

  app.addHook('onRequest', async (request, reply) => {
    const { url = '' } = request.routeOptions;
    if (watched.includes(url)) return;
    const from = networkOf(request.ip);
    const fromOne = (dear.get(url) ?? address).take(from);
    if (fromOne > 0) return wait(reply, 'from this address', fromOne);
    const fromAll = all.take('all');
    if (fromAll > 0) return wait(reply, 'at once', fromAll);
    if (!url.startsWith('/v1/') || open.includes(url)) return;
    const ofStation = station.take(await stationOf(request));
    if (ofStation > 0) return wait(reply, 'of this station', ofStation);
  });
}

/** An address, or the /64 of an IPv6 address: that is what one customer is given. */
export function networkOf(ip: string): string {
  const address = ip.replace(/%.*$/, '').toLowerCase();
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [before = '', after] = address.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? 0 : Math.max(0, 8 - head.length - tail.length - (address.includes('.') ? 1 : 0));
  const groups = [...head, ...Array<string>(zeros).fill('0'), ...tail];
  return `${groups
    .slice(0, 4)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
