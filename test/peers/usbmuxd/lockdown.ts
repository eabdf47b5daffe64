import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { build, type PlistValue, parse } from 'plist';
import { z } from 'zod';
import { battery, domains, openKeys, type PhoneScript, usualValues } from './phone.ts';

export type DeviceKey = { key: string; certificate: string; publicKey: string };

export type LockdownPhone = {
  script: PhoneScript;
  udid: string;
  hostId: string | null;
  unplug(): void;
};

export const diagnosticsPort = 50_001;

const Message = z.looseObject({
  Request: z.string(),
  Domain: z.string().optional(),
  Key: z.string().optional(),
  HostID: z.string().optional(),
  Service: z.string().optional(),
  PairRecord: z.looseObject({ HostID: z.string() }).optional(),
});
type Message = z.infer<typeof Message>;

/** Speaks length-prefixed property lists on a socket; `secure` goes on in TLS. */
function serve(raw: Socket, key: DeviceKey, onMessage: (message: Message) => void) {
  let socket: Socket = raw;
  let kept = Buffer.alloc(0);
  const bind = () => {
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      kept = Buffer.concat([kept, chunk]);
      while (kept.length >= 4 && kept.length >= 4 + kept.readUInt32BE(0)) {
        const end = 4 + kept.readUInt32BE(0);
        const body = kept.subarray(4, end);
        kept = kept.subarray(end);
        const binary = body.subarray(0, 6).toString('latin1') === 'bplist';
        onMessage(Message.parse(parse(binary ? Uint8Array.from(body) : body.toString('utf8'))));
      }
    });
  };
  bind();
  return {
    send(message: { [key: string]: PlistValue }) {
      const body = Buffer.from(build(message));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(body.length);
      socket.write(Buffer.concat([length, body]));
    },
    secure() {
      raw.removeAllListeners('data');
      kept = Buffer.alloc(0);
      socket = new TLSSocket(raw, {
        isServer: true,
        secureContext: createSecureContext({ key: key.key, cert: key.certificate, minVersion: 'TLSv1' }),
        requestCert: true,
        rejectUnauthorized: false,
      });
      bind();
    },
  };
}

const pairingErrors = {
  none: null,
  given: null,
  pending: 'PairingDialogResponsePending',
  denied: 'UserDeniedPairing',
  locked: 'PasswordProtected',
};

/** One conversation with lockdownd, as libimobiledevice leads it. */
export function serveLockdown(raw: Socket, phone: LockdownPhone, key: DeviceKey): void {
  const { script } = phone;
  let session = false;
  const values: Record<string, PlistValue> = { ...usualValues, UniqueDeviceID: phone.udid, ...script.values };
  const visible = () => (session ? values : Object.fromEntries(openKeys.map(name => [name, values[name] ?? ''])));

  const line = serve(raw, key, message => {
    const { Request, Domain, Key } = message;
    const send = (more: { [key: string]: PlistValue } = {}) => line.send({ Request, ...more });
    const fail = (error: string) => send({ Error: error });
    const asked = Domain ?? Request;
    if (script.stall === 'all' || script.stall === asked) return;
    if (script.dieOn === asked) return phone.unplug();
    switch (Request) {
      case 'QueryType':
        return send({ Type: 'com.apple.mobile.lockdown' });
      case 'GetValue': {
        if (Key === 'DevicePublicKey' && !Domain) return send({ Key, Value: Buffer.from(key.publicKey) });
        const found = Domain ? (session ? domains[Domain] : undefined) : visible();
        const wanted = Key === undefined ? (found ?? {}) : found?.[Key];
        return wanted === undefined
          ? fail('MissingValue')
          : send({ ...(Domain && { Domain }), ...(Key && { Key }), Value: wanted });
      }
      case 'Pair': {
        const error = pairingErrors[script.trust ?? 'given'];
        if (error !== null) return fail(error);
        phone.hostId = message.PairRecord?.HostID ?? null;
        return send({ EscrowBag: Buffer.alloc(32, 7) });
      }
      case 'ValidatePair':
        return message.PairRecord?.HostID === phone.hostId ? send() : fail('InvalidHostID');
      case 'StartSession':
        if (script.sessionLocked) return fail('PasswordProtected');
        if (script.stale || message.HostID !== phone.hostId) return fail('InvalidHostID');
        session = true;
        send({ SessionID: randomUUID().toUpperCase(), EnableSessionSSL: true });
        return line.secure();
      case 'StopSession':
      case 'Goodbye':
        return send();
      case 'StartService':
        if (!session) return fail('SessionInactive');
        if (message.Service !== 'com.apple.mobile.diagnostics_relay') return fail('InvalidService');
        return send({ Service: message.Service, Port: diagnosticsPort, EnableServiceSSL: true });
      default:
        return fail('InvalidRequest');
    }
  });
}

/** One conversation with the diagnostics relay, which is in TLS from its first byte. */
export function serveDiagnostics(raw: Socket, key: DeviceKey): void {
  const line = serve(raw, key, ({ Request }) => {
    if (Request === 'IORegistry') line.send({ Status: 'Success', Diagnostics: { IORegistry: { ...battery } } });
    else line.send({ Status: Request === 'Goodbye' ? 'Success' : 'UnknownRequest' });
  });
  line.secure();
}
