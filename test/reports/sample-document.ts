import {
  type DeviceRecord,
  type DeviceRecordParts,
  notChecked,
  type ReportDocument,
  ReportDocument as Schema,
  worstStatus,
} from '../../shared/report-document.ts';

const at = '2026-11-23T09:30:00.000Z';
const hash = (digit: string) => digit.repeat(64);
const uuid = (tail: number) => `00000000-0000-4000-8000-${String(tail).padStart(12, '0')}`;
export const technician = { id: `op_${uuid(1)}`, name: 'Technician One' };
export const supervisor = { id: `op_${uuid(2)}`, name: 'Supervisor Two' };

export const sampleStatuses = [
  'erased_verified',
  'erased_with_exceptions',
  'manual_bypass',
  'failed',
  'indeterminate',
  null,
] as const;
export type SampleStatus = (typeof sampleStatuses)[number];

type Checks = NonNullable<DeviceRecordParts['erasure']>['checks'];

function checksFor(status: SampleStatus): Checks {
  const setup = status === 'failed' ? 'fail' : status === 'erased_with_exceptions' ? 'not_possible' : 'pass';
  if (status === 'indeterminate') return [{ name: 'identity', outcome: 'not_possible' }];
  return [
    { name: 'identity', outcome: 'pass' },
    { name: 'setup_state', outcome: setup },
    { name: 'accounts', outcome: status === 'erased_with_exceptions' ? 'not_possible' : 'pass' },
    { name: 'duration', outcome: 'pass' },
    { name: 'raw_result', outcome: 'pass' },
    { name: 'certificate', outcome: 'pass' },
  ];
}

function erasure(status: SampleStatus) {
  return {
    category: { value: 'clear', decidedBy: 'tool', rationale: 'Reported by the tool for this model.' },
    technique: 'Cryptographic erase and factory reset',
    standard: null,
    tool: { name: 'Virtual SDK', version: '4.2.1' },
    operationId: 'op-7f31',
    rawResultSha256: hash('a'),
    startedAt: '2026-11-23T08:40:10.000Z',
    endedAt: '2026-11-23T08:44:52.000Z',
    durationMs: 282_000,
    attempts: 2,
    interruptions: 1,
    operator: technician,
    failure: status === 'failed' ? 'E_RESET: the device refused the reset' : null,
    checks: checksFor(status),
  };
}

const bypass = {
  approvalId: uuid(40),
  reason: 'physically_destroyed',
  done: 'The board was removed and shredded to particles of 2 mm; the housing went to recycling.',
  requestedBy: technician,
  requestedAt: '2026-11-23T09:01:00.000Z',
  approvedBy: supervisor,
  approvedAt: '2026-11-23T09:12:30.000Z',
  approvalReason: 'Seen on the photographs; serial number of the board matches.',
  approverAuthentication: ['password', 'totp'],
  evidence: [{ id: uuid(50), sha256: hash('b'), mediaType: 'image/jpeg' }],
};

const test = (id: string, result: string, more: object = {}) => ({
  id,
  mandatory: true,
  result,
  reason: null,
  measurements: [],
  person: technician,
  at,
  ...more,
});

const tests = [
  test('display', 'pass'),
  test('touch', 'pass', { measurements: [{ name: 'Grid', value: '100', unit: '%', limit: '≥ 98 %' }] }),
  test('buttons', 'fail', { reason: 'Volume button sticks' }),
  test('charging', 'pass', { measurements: [{ name: null, value: '1.98', unit: 'A', limit: '≥ 1.5 A' }] }),
  test('wifi_bluetooth', 'pass', { measurements: [{ name: 'RSSI', value: '-48', unit: 'dBm', limit: '≥ −65 dBm' }] }),
  test('cellular', 'skip', { mandatory: false, reason: 'No test SIM at this station' }),
];

const locks = [
  { kind: 'activation', state: 'clear', source: 'read from the device', checkedAt: at, waiver: null },
  { kind: 'frp', state: 'clear', source: 'read from the device', checkedAt: at, waiver: null },
  {
    kind: 'mdm',
    state: 'locked',
    source: 'technician',
    checkedAt: at,
    waiver: { person: supervisor, at, reason: 'Released by the customer in writing' },
  },
  { kind: 'blacklist', state: 'unknown', source: null, checkedAt: null, waiver: null },
];

function parts(status: SampleStatus, variant: 'customer' | 'internal', tail: number): object {
  const erased = status === 'erased_verified' || status === 'erased_with_exceptions';
  const signedOff = erased || status === 'manual_bypass';
  return {
    job: { id: uuid(10 + tail), ticket: `B07-${10000 + tail}`, previousTicket: null },
    erasureStatus: status,
    mediaSource: 'Return pallet 17',
    device: {
      manufacturer: 'Fairphone',
      marketingName: 'Fairphone 5',
      modelCode: 'FP5',
      capacityBytes: 256_000_000_000,
      colour: 'Sky blue',
      identifiers: {
        serial: `FP5-${88_001 + tail}`,
        imei: [`4901542${'03237518'}`, `3569380${'35643809'}`],
        meid: null,
        eid: null,
      },
      osBefore: 'Android 14',
      osAfter: erased ? 'Android 14' : null,
      mediaType: 'UFS 3.1',
      assetTag: null,
    },
    condition: {
      simCard: 'removed',
      memoryCard: 'absent',
      powersOn: status !== 'manual_bypass',
      screen: 'scratched',
      housing: 'intact',
      batterySwollen: false,
    },
    locks,
    erasure: status === null || status === 'manual_bypass' ? null : erasure(status),
    verification: erased ? { method: 'Checks of the bench after the erase', result: 'pass', person: null, at } : null,
    validation: erased ? { decision: 'accept', person: supervisor, at } : null,
    bypass: status === 'manual_bypass' ? bypass : null,
    tests: erased ? tests : [],
    grade: erased ? { value: 'B', scheme: 'Site scheme 3', person: supervisor, at } : null,
    sampling: erased
      ? {
          drawn: true,
          position: 7,
          blockSize: 20,
          verification: { method: 'Read back by a second person', result: 'pass', person: supervisor, at },
        }
      : null,
    signOff: signedOff ? { tester: technician, person: supervisor, at, selfSignOff: false } : null,
    evidence:
      variant === 'internal'
        ? [
            {
              id: uuid(50),
              stage: 'intake',
              mediaType: 'image/jpeg',
              sizeBytes: 184_220,
              sha256: hash('b'),
              caption: 'Front, scratched near the camera',
              capturedBy: technician,
              capturedAt: at,
            },
          ]
        : [],
    notes: variant === 'internal' ? [{ person: technician, at, text: 'Arrived without its back cover.' }] : [],
  };
}

function withOpenList(record: DeviceRecordParts): DeviceRecord {
  return { ...record, notChecked: notChecked(record) };
}

export type SampleOptions = {
  status?: SampleStatus;
  variant?: 'customer' | 'internal';
  scope?: ReportDocument['scope'];
  training?: boolean;
  devices?: number;
  /** Changes the parts of each device before the open list is computed. */
  alter?: (record: DeviceRecordParts) => DeviceRecordParts;
  customer?: string;
};

/** A whole document of neutral data. */
export function sampleDocument(options: SampleOptions = {}): ReportDocument {
  const { status = 'erased_verified', variant = 'customer', scope = 'master', alter = record => record } = options;
  const { parts: schema } = { parts: Schema.shape.devices.element.omit({ notChecked: true }) };
  const devices = Array.from({ length: options.devices ?? 1 }, (_, index) =>
    withOpenList(alter(schema.parse(parts(status, variant, index)))),
  );
  return Schema.parse({
    schemaVersion: 1,
    documentId: uuid(99),
    sequence: 42,
    scope,
    variant,
    training: options.training ?? false,
    issued: { at, zone: 'Europe/Berlin', utcOffsetMinutes: 60, clockSource: 'station_clock' },
    issuer: {
      organisation: 'Example Refurbishing Ltd',
      address: ['Example Street 12', '90402 Nürnberg'],
      site: 'Werk Nürnberg',
      station: { id: uuid(7), name: 'Bench 07' },
      appVersion: '0.1.0',
      keyFingerprint: hash('c'),
    },
    erasureStatus: worstStatus(devices.map(device => device.erasureStatus)),
    supersedes: null,
    customer: { name: options.customer ?? 'Example Customer AB', reference: 'C-1180' },
    order: 'PO-2026-118',
    lot: 'LOT-17',
    devices,
    journal: {
      origin: `audit.example.org/s/${uuid(7)}/1`,
      logVkey: `audit.example.org/s/${uuid(7)}/1+6ac0a2a2+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh`,
      fleetVkey: 'fleet.example.org+3c1fa2b7+ASIzRFVmd4iZqrvM3e7/ABEiM0RVZneImaq7zN3u/w==',
      indexes: [0, 1, 2, 3, 5],
    },
  });
}
