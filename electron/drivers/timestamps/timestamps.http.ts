import { DigestAlgorithmIdentifier } from '@peculiar/asn1-cms';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { MessageImprint, PKIStatus, TimeStampReq, TimeStampResp } from '@peculiar/asn1-tsp';
import { BenchError } from '../../../shared/errors.ts';
import { oid } from '../../../shared/verify/pdf-cms.ts';
import { normalTimestamp, openTimestamp } from '../../../shared/verify/timestamp-token.ts';
import type { Random } from '../random/random.ts';
import type { TimestampService } from './timestamps.ts';

const timeoutMs = 30_000;
const maxTokenBytes = 256 * 1024;
const maxListBytes = 4 * 1024 * 1024;

/** Authorities on the network. Plain HTTP is as good as HTTPS here: what comes back is signed, and only a digest goes out. */
export function createTimestampService({ random }: { random: Pick<Random, 'bytes'> }): TimestampService {
  return {
    async stamp(url, digest, signal) {
      const nonce = random.bytes(16);
      // A positive INTEGER in its shortest form, so that it comes back as the same bytes.
      nonce.writeUInt8((nonce.readUInt8(0) & 0x3f) | 0x40, 0);
      const body = requestFor(digest, nonce);
      const headers = { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' };
      const answer = await ask(url, { method: 'POST', headers, body }, signal, maxTokenBytes);
      if (answer.type !== 'application/timestamp-reply')
        throw refused(
          'What answers at this address is no time stamping service. A sign-in page of the network can be why.',
        );
      const token = tokenIn(answer.bytes);
      try {
        const normal = normalTimestamp(token);
        if (openTimestamp(normal, digest).nonce?.equals(nonce)) return normal;
      } catch (cause) {
        if (!(cause instanceof RangeError)) throw cause;
        throw refused(cause.message, cause);
      }
      throw refused('The time stamping service answered another question: its time stamp may be an old one.');
    },
    async revocationList(url, signal) {
      return (await ask(url, { method: 'GET' }, signal, maxListBytes)).bytes;
    },
  };
}

function requestFor(digest: Uint8Array, nonce: Buffer): Uint8Array<ArrayBuffer> {
  const query = new TimeStampReq({
    messageImprint: new MessageImprint({
      hashAlgorithm: new DigestAlgorithmIdentifier({ algorithm: oid.sha256 }),
      hashedMessage: new OctetString(Uint8Array.from(digest)),
    }),
    nonce: Uint8Array.from(nonce).buffer,
    certReq: true,
  });
  return new Uint8Array(AsnConvert.serialize(query));
}

function tokenIn(bytes: Buffer): Uint8Array {
  let answer: TimeStampResp;
  try {
    answer = AsnConvert.parse(bytes, TimeStampResp);
  } catch (cause) {
    throw refused('The answer of the time stamping service cannot be read.', cause);
  }
  const { status } = answer.status;
  if ((status === PKIStatus.granted || status === PKIStatus.grantedWithMods) && answer.timeStampToken)
    return new Uint8Array(AsnConvert.serialize(answer.timeStampToken));
  throw refused(`The time stamping service granted nothing (status ${status}).`);
}

type Answer = { type: string; bytes: Buffer };

async function ask(url: string, init: RequestInit, signal: AbortSignal, maxBytes: number): Promise<Answer> {
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const response = await fetch(url, { ...init, redirect: 'error', signal: limited });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw refused(`The time stamping service answered with HTTP status ${response.status}.`);
    }
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > maxBytes) throw refused('The answer of the time stamping service is larger than it can be.');
      chunks.push(chunk);
    }
    const type = (response.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '';
    return { type, bytes: Buffer.concat(chunks) };
  } catch (cause) {
    if (cause instanceof BenchError) throw cause;
    throw new BenchError(
      'server_unreachable',
      'The time stamping service does not answer. Reports are stamped when it does; nothing waits for it.',
      { cause },
    );
  }
}

function refused(message: string, cause?: unknown): BenchError {
  return new BenchError('server_refused', message, { cause });
}
