import {
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto';
import { encodeBatch } from '../../shared/tlog/batch.ts';
import { formatCheckpoint } from '../../shared/tlog/checkpoint.ts';
import { encodeEntry } from '../../shared/tlog/entry.ts';
import { leafHash, sha256 } from '../../shared/tlog/hash.ts';
import { consistencyProof, rootAt } from '../../shared/tlog/merkle.ts';
import { createNoteSigner, joinNote, type NoteSigner } from '../../shared/tlog/note.ts';
import { createSubtreeReader } from '../../shared/tlog/tile.ts';
import { createStationAccess, type StationAccess } from './station-access.ts';

export type StationLog = ReturnType<typeof createStationLog>;

/** A log in memory that signs heads and makes batches, as a station does. */
export function createStationLog(stationId: string = randomUUID(), epoch = 0) {
  const newKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey;
  const key = newKey();
  const signer = createNoteSigner(`audit.local/s/${stationId}/${epoch}`, key);
  /** Those that sign heads now. */
  let signers = [signer];
  const entries: Buffer[] = [];
  const authKey = newKey();
  const encryptionKey = generateKeyPairSync('x25519').privateKey;
  let fleetVkey = '';
  let access: { url: string; is: StationAccess } | null = null;

  const subtree = createSubtreeReader({
    size: 0,
    leaf: index => leafHash(entries[index] ?? Buffer.alloc(0)),
    tile: () => Buffer.alloc(0),
  });
  const head = (size: number, origin = signer.name): string => {
    const text = formatCheckpoint({ origin, size, root: rootAt(size, subtree) });
    return joinNote(
      text,
      signers.map(one => one.sign(text)),
    );
  };
  const proof = (from: number, to: number) => (from === 0 ? [] : consistencyProof(from, to, subtree));

  return {
    stationId,
    origin: signer.name,
    vkey: signer.vkey,
    oh: sha256(Buffer.from(signer.name)).toString('hex'),
    entries,
    head,
    proof,
    /** Adds so many entries of any bytes. */
    write(count: number, content = 'entry') {
      for (let i = 0; i < count; i++) entries.push(Buffer.from(`${content} ${entries.length}`));
    },
    /** Writes the entry that puts a new key in force, and signs with both from then on. */
    rotate() {
      const next = createNoteSigner(signer.name, newKey());
      const previous = signers.at(-1) ?? signer;
      entries.push(rotation(signer.name, entries.length, { previous: previous.vkey, vkey: next.vkey }));
      signers = [...signers, next];
      return next;
    },
    signWith(...those: NoteSigner[]) {
      signers = those;
    },
    signer,
    batch: (from: number, to: number) =>
      encodeBatch({ oldSize: from, proof: proof(from, to), note: head(to), entries: entries.slice(from, to) }),
    authKey,
    encryptionKey,
    /** What the station asks to be taken in with; `escrowNote` names the server's encryption key. */
    enrolment(code: string, prefix: string, escrowNote: string) {
      const named = { stationId, vkey: signer.vkey, authKey: rawOf(authKey), encryptionKey: rawOf(encryptionKey) };
      const text = Buffer.from(['enrol/v1', code, ...Object.values(named), ''].join('\n'));
      return {
        ...{ code, prefix, ...named },
        proof: sign(null, text, key).toString('base64'),
        authProof: sign(null, text, authKey).toString('base64'),
        encryptionProof: macOf(text, encryptionKey, escrowNote),
      };
    },
    /** Asks the server at this address to take the station in. */
    async enrol(url: string, code: string, prefix: string): Promise<Response> {
      const body = JSON.stringify(this.enrolment(code, prefix, await escrowNoteOf(url)));
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(new URL('/v1/enrol', url), { method: 'POST', headers, body });
      if (answer.status === 201) fleetVkey = ((await answer.clone().json()) as { fleetVkey: string }).fleetVkey;
      return answer;
    },
    /** What this station shows to the server at this address. */
    access(url: string, now: () => number = Date.now): StationAccess {
      if (access?.url !== url)
        access = { url, is: createStationAccess({ stationId, authKey }, { url, audience: fleetVkey, now }) };
      return access.is;
    },
    /** A request of this station, with a new token when the server has forgotten the last one. */
    async ask(url: string, path: string, init: RequestInit = {}, now: () => number = Date.now): Promise<Response> {
      const shown = this.access(url, now);
      const once = async () =>
        fetch(new URL(path, url), {
          ...init,
          headers: {
            ...Object.fromEntries(new Headers(init.headers)),
            ...(await shown.headers(init.method ?? 'GET', path)),
          },
        });
      const answer = await once();
      if (answer.status !== 401) return answer;
      shown.forget();
      return once();
    },
    /** Sends a batch. */
    send(url: string, batch: Buffer, headers: Record<string, string> = {}, now: () => number = Date.now) {
      return this.ask(
        url,
        `/v1/logs/${this.oh}/batches`,
        {
          method: 'POST',
          headers: { 'content-type': 'application/vnd.audit-batch.v1', ...headers },
          body: Uint8Array.from(batch),
        },
        now,
      );
    },
  };
}

/** The note of a server that names the key to share secrets with. */
export async function escrowNoteOf(url: string): Promise<string> {
  return (await fetch(new URL('/v1/escrow-key', url))).text();
}

function rawOf(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
}

function macOf(text: Buffer, privateKey: KeyObject, escrowNote: string): string {
  const raw = Buffer.from(escrowNote.split('\n')[2] ?? '', 'base64');
  const key = Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), raw]);
  const secret = diffieHellman({ privateKey, publicKey: createPublicKey({ key, format: 'der', type: 'spki' }) });
  const macKey = Buffer.from(hkdfSync('sha256', secret, '', 'enrol/v1/encryption-key', 32));
  return createHmac('sha256', macKey).update(text).digest('base64');
}

function rotation(origin: string, seq: number, data: { previous: string; vkey: string }): Buffer {
  const at = '2026-01-01T00:00:00.000Z';
  const [id, boot] = [randomUUID(), randomUUID()];
  return encodeEntry({ v: 1, seq, id, type: 'key.rotated', at, boot, mono: '1', origin, data, pii: [] });
}
