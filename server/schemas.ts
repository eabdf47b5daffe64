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
  proof: z.base64().max(128).describe('Signature by that key over the code, the station and the key itself.'),
});

export const Enrolment = z.object({ origin: z.string(), witnessVkey: z.string(), fleetVkey: z.string() });

export const FleetProof = z.object({
  entry: z.string().describe('Leaf of the fleet log that names the station, as text.'),
  proof: z.string().describe('tlog-proof of this leaf under a fleet checkpoint.'),
});

export const Health = z.object({ status: z.literal('ok') });

export const Problem = z.object({
  type: z.literal('about:blank'),
  status: z.int(),
  detail: z.string().describe('For people.'),
});
