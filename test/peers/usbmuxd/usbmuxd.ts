import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { PlistValue } from 'plist';
import { z } from 'zod';
import { muxFrame, muxSplitter } from '../../../electron/drivers/ios/usbmux.ts';
import { type DeviceKey, diagnosticsPort, type LockdownPhone, serveDiagnostics, serveLockdown } from './lockdown.ts';
import { firstUdid, type PhoneScript } from './phone.ts';

const lockdownPort = 62_078;

const Message = z.looseObject({
  MessageType: z.string(),
  DeviceID: z.number().optional(),
  PortNumber: z.number().optional(),
  PairRecordID: z.string().optional(),
  PairRecordData: z.instanceof(Uint8Array).optional(),
});

/** What a pairing leaves on both sides; `record` is what this computer keeps. */
export type Pairing = { record: Uint8Array; hostId: string };

type Phone = LockdownPhone & { id: number; location: number; sockets: Set<Socket> };

/** A usbmuxd on a socket of its own, with phones behind it. The clients that judge it are libimobiledevice's. */
export function createUsbmuxd(path: string, key: DeviceKey) {
  const phones = new Map<number, Phone>();
  const records = new Map<string, Uint8Array>();
  const listeners = new Set<(message: { [key: string]: PlistValue }) => void>();
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  let ids = 0;
  let server: Server | null = null;

  const attached = ({ id, udid, location }: Phone) => ({
    DeviceID: id,
    MessageType: 'Attached',
    Properties: {
      ConnectionSpeed: 480_000_000,
      ConnectionType: 'USB',
      DeviceID: id,
      LocationID: location,
      ProductID: 0x12a8,
      SerialNumber: udid,
    },
  });
  const unplug = (id: number) => {
    const phone = phones.get(id);
    if (!phones.delete(id)) return;
    for (const socket of phone?.sockets ?? []) socket.destroy();
    for (const tell of listeners) tell({ MessageType: 'Detached', DeviceID: id });
  };

  const onConnection = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const answer = (raw: unknown, tag: number) => {
      const message = Message.parse(raw);
      requests.push(message.MessageType);
      const send = (body: { [key: string]: PlistValue }) => socket.write(muxFrame(body, tag));
      const result = (code: number) => send({ MessageType: 'Result', Number: code });
      const recordId = message.PairRecordID ?? '';
      switch (message.MessageType) {
        case 'ListDevices':
          return send({ DeviceList: [...phones.values()].map(attached) });
        case 'Listen': {
          result(0);
          const tell = (body: { [key: string]: PlistValue }) => socket.write(muxFrame(body, 0));
          listeners.add(tell);
          socket.on('close', () => listeners.delete(tell));
          for (const phone of phones.values()) tell(attached(phone));
          return;
        }
        case 'ReadBUID':
          return send({ BUID: '30142955-444094379208051516' });
        case 'ReadPairRecord': {
          const record = records.get(recordId);
          return record ? send({ PairRecordData: record }) : result(2);
        }
        case 'SavePairRecord':
          if (message.PairRecordData) records.set(recordId, message.PairRecordData);
          return result(0);
        case 'DeletePairRecord':
          records.delete(recordId);
          return result(0);
        case 'Connect': {
          const phone = phones.get(message.DeviceID ?? 0);
          const swapped = message.PortNumber ?? 0;
          const port = ((swapped & 255) << 8) | (swapped >> 8);
          if (!phone) return result(2);
          if (port !== lockdownPort && port !== diagnosticsPort) return result(3);
          result(0);
          socket.removeAllListeners('data');
          phone.sockets.add(socket);
          socket.on('close', () => phone.sockets.delete(socket));
          return port === lockdownPort ? serveLockdown(socket, phone, key) : serveDiagnostics(socket, key);
        }
        default:
          return result(1);
      }
    };
    socket.on('data', muxSplitter(answer));
    socket.on('close', () => sockets.delete(socket));
  };

  return {
    path,
    requests,
    records,
    start(): Promise<void> {
      rmSync(path, { force: true });
      const next = createServer(onConnection);
      server = next;
      return new Promise(resolve => next.listen(path, resolve));
    },
    async stop(): Promise<void> {
      const was = server;
      server = null;
      for (const socket of sockets) socket.destroy();
      if (was) await new Promise(resolve => was.close(resolve));
      ids = 0;
      const kept = [...phones.values()];
      phones.clear();
      for (const phone of kept) phones.set(++ids, { ...phone, id: ids, sockets: new Set() });
    },
    /** Plugs a phone in; one with a pairing knows this computer, and this computer knows it. */
    plug(script: PhoneScript = {}, pairing: Pairing | null = null) {
      const id = ++ids;
      const udid = script.udid ?? firstUdid;
      if (pairing) records.set(udid, pairing.record);
      const phone: Phone = {
        id,
        udid,
        script: { ...script },
        location: script.location ?? 0x14100000,
        hostId: pairing?.hostId ?? null,
        sockets: new Set(),
        unplug: () => unplug(id),
      };
      phones.set(id, phone);
      for (const tell of listeners) tell(attached(phone));
      return phone;
    },
  };
}
