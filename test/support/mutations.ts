import fc from 'fast-check';

/** One wound of a message at a place in it, given as a share of its length. */
const wound = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), at: fc.nat({ max: 9_999 }), byte: fc.nat({ max: 255 }) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat({ max: 9_999 }), length: fc.nat({ max: 40 }) }),
  fc.record({ kind: fc.constant('end' as const), at: fc.nat({ max: 9_999 }) }),
  fc.record({ kind: fc.constant('put' as const), at: fc.nat({ max: 9_999 }), bytes: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({ kind: fc.constant('again' as const), at: fc.nat({ max: 9_999 }), length: fc.nat({ max: 400 }) }),
);
type Wound = typeof wound extends fc.Arbitrary<infer W> ? W : never;

function hurt(bytes: Buffer, wound: Wound): Buffer {
  const at = Math.floor((wound.at / 10_000) * bytes.length);
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
  if (wound.kind === 'set') return Buffer.concat([head, Buffer.of(wound.byte), tail.subarray(1)]);
  if (wound.kind === 'cut') return Buffer.concat([head, tail.subarray(wound.length)]);
  if (wound.kind === 'put') return Buffer.concat([head, wound.bytes, tail]);
  if (wound.kind === 'again') return Buffer.concat([head, tail.subarray(0, wound.length), tail]);
  return head;
}

/** A valid message with one to four wounds, or bytes that never were one. */
export function hostile(valid: Uint8Array): fc.Arbitrary<Buffer> {
  const wounded = fc
    .array(wound, { minLength: 1, maxLength: 4 })
    .map(wounds => wounds.reduce(hurt, Buffer.from(valid)));
  return fc.oneof(
    { weight: 5, arbitrary: wounded },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 2_000 }).map(bytes => Buffer.from(bytes)) },
  );
}
