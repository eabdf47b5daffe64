import { z } from 'zod';

/** What stands in the bodies of requests and answers that are JSON. */

export const EnrolRequest = z.object({
  code: z.string().min(8).max(128).describe('One-time code that an admin made.'),
  prefix: z
    .string()
    .regex(/^[A-Z0-9]{2,8}$/, 'two to eight capital letters or digits')
    .describe('In front of the ticket numbers of the station; no two stations have the same.'),
  stationId: z.uuid(),
  vkey: z.string().max(512).describe("Verifier key of the station's log."),
  authKey: z.base64().length(44).describe('Ed25519 key by which the station is known.'),
  encryptionKey: z.base64().length(44).describe('X25519 key to which things are sealed for the station.'),
  proof: z.base64().max(128).describe('Signature by the key of the log over code, station and keys.'),
  authProof: z.base64().max(128).describe('Signature by the auth key over the same.'),
  encryptionProof: z.base64().max(128).describe('MAC over the same under what both encryption keys share.'),
});
export type EnrolRequest = z.infer<typeof EnrolRequest>;

/** New keys of a station that is known. */
export const KeyChange = EnrolRequest.omit({ code: true, prefix: true, stationId: true }).extend({
  previous: z.base64().length(44).describe('The auth key until now.'),
});
export type KeyChange = z.infer<typeof KeyChange>;

export const TokenRequest = z.object({
  grant_type: z.literal('client_credentials'),
  client_assertion_type: z.literal('urn:ietf:params:oauth:client-assertion-type:jwt-bearer'),
  client_assertion: z.string().max(4_096).describe('RFC 7523: signed by the auth key, addressed to the fleet key.'),
});
export type TokenRequest = z.infer<typeof TokenRequest>;

export const TokenAnswer = z.object({
  access_token: z.string(),
  token_type: z.literal('DPoP'),
  expires_in: z.int().describe('Seconds.'),
});

export const Enrolment = z.object({ origin: z.string(), witnessVkey: z.string(), fleetVkey: z.string() });

const FleetEntry = z.object({
  entry: z.string().describe('Leaf of the fleet log, as text.'),
  proof: z.string().describe('tlog-proof of this leaf under a fleet checkpoint.'),
});

/** A signed head of the fleet log, and the proof in base64 that it continues an earlier one. */
export const FleetHead = z.object({ note: z.string(), proof: z.array(z.base64()) });
export const FleetProof = FleetEntry.extend({
  rotations: z.array(FleetEntry).describe('One `key.rotated` leaf for each later key of the log, oldest first.'),
  revoked: FleetEntry.nullable().describe('The `station.revoked` leaf; null for a station in good standing.'),
}).describe('The leaf that enrolled the station, and what happened to its key since.');

export const Health = z.object({ status: z.literal('ok') });

export const Problem = z.object({
  type: z.literal('about:blank'),
  status: z.int(),
  detail: z.string().describe('For people.'),
  error: z.string().optional().describe('What a client may act upon, in the words of RFC 6749, 6750 and 9449.'),
  serverTime: z.string().optional().describe('When clocks are too far apart.'),
});

export const SubjectPath = z.object({ subject: z.uuid() });

export const BlobPath = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hex') });
/** Whose file it is, its length, and where in it a piece begins, in bytes. */
export const BlobPlace = z.object({
  subject: z.uuid(),
  at: z.coerce.number().int().nonnegative(),
  size: z.coerce.number().int().positive(),
});
export const BlobState = z.object({ size: z.int().positive(), received: z.int().nonnegative() });

/** Sealed values of one log; `ct` is base64. */
export const SealedValues = z.object({
  values: z
    .array(z.object({ idx: z.int().nonnegative(), slot: z.int().min(0).max(63), ct: z.base64().max(96_000) }))
    .min(1)
    .max(1_000),
});

export const SealedOutcomes = z.object({
  results: z.array(z.object({ idx: z.int(), slot: z.int(), status: z.int().describe('As a PUT of this one alone.') })),
});

export const SealedPage = z.object({
  values: z.array(z.object({ idx: z.int(), slot: z.int(), ct: z.base64() })),
  next: z.int().nullable().describe('Entry to ask from next; null on the last page.'),
});

/** The key of a subject, once for each recipient. */
export const SealedKey = z.object({
  recipients: z
    .array(
      z
        .string()
        .max(2_048)
        .regex(/^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/, 'a compact JWE'),
    )
    .min(1)
    .max(8),
});

export const ForgetState = z.object({
  order: z.int(),
  subject: z.uuid(),
  orderedAt: z.string(),
  completedAt: z.string().nullable(),
  waiting: z.int().describe('Stations that hold something and have not said that it is gone, without revoked ones.'),
  held: z.int().describe('Of these, stations with a legal hold.'),
  revoked: z.array(z.uuid()).describe('Revoked stations that never said that it is gone; nobody waits for them.'),
});

export const Orders = z.object({
  orders: z.array(
    z.object({ order: z.int(), entry: z.string().describe('forget.order leaf, as text.'), proof: z.string() }),
  ),
});

export const Acknowledgement = z.object({ outcome: z.enum(['done', 'held']) });

export const DirectoryQuery = z.object({ site: z.uuid(), after: z.coerce.number().int().nonnegative().default(0) });

export const Directory = z.object({
  note: z.string().max(4_096).describe('Site, version and SHA-256 of `sealed`, signed by the key of the site.'),
  sealed: z.string().max(8_000_000).describe('The directory, sealed to the benches of the site.'),
});

export const DirectoryPut = Directory.extend({ vkey: z.string().max(512) });
