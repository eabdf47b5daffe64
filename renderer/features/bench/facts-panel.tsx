import { ActionIcon } from '@mantine/core';
import { IconListDetails } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { FactName, ShownFactLine, WhyUnknown } from '../../../shared/device-facts.ts';
import type { DeviceId } from '../../../shared/ids.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { fullTime } from '../../ui/time.ts';

const names: Record<FactName, string> = {
  manufacturer: 'Maker',
  marketing_name: 'Sold as',
  model: 'Model',
  colour: 'Colour',
  capacity_bytes: 'Capacity',
  revision: 'System',
  build: 'Build',
  security_patch: 'Security patch',
  serial: 'Serial',
  imei1: 'IMEI 1',
  imei2: 'IMEI 2',
  meid: 'MEID',
  eid: 'EID',
  battery_level: 'Charge',
  battery_health: 'Battery state',
  battery_capacity_percent: 'Battery capacity',
  battery_cycles: 'Battery cycles',
  encryption: 'Encryption',
  verified_boot: 'Verified boot',
  bootloader_lock: 'Bootloader',
  activation_lock: 'Activation lock',
  frp_lock: 'Factory reset protection',
  mdm: 'Management',
  screen_lock: 'Screen lock',
  sim_lock: 'SIM lock',
  accounts: 'Accounts',
  setup_state: 'Set-up',
};

const reasons: Record<WhyUnknown, string> = {
  unsupported: 'the device does not tell',
  denied: 'the device refuses',
  locked: 'the device is locked',
  timeout: 'no answer in time',
  gone: 'unplugged meanwhile',
  malformed: 'the answer makes no sense',
  not_asked: 'not asked',
};

function text({ name, known, value }: ShownFactLine): string {
  if (!known) return 'Unknown';
  if (value === null) return 'Read, see above';
  if (name === 'capacity_bytes') return `${Math.round(Number(value) / 1e9)} GB`;
  if (name === 'battery_level' || name === 'battery_capacity_percent') return `${value} %`;
  if (name === 'setup_state') return value === 'setup' ? 'As new' : 'In use';
  return value;
}

const origin = ({ known, why, source, at }: ShownFactLine) =>
  known ? `${source ?? ''}${at === null ? '' : ` · ${fullTime(at)}`}` : reasons[why ?? 'not_asked'];

type Props = { deviceId: DeviceId; title: string; children: ReactNode };

/** Everything the device told, with source and time, and what is not known; asked for when it is opened, beside `children`. */
export function FactsPanel({ deviceId, title, children }: Props) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [facts, setFacts] = useState<ShownFactLine[] | null>(null);
  const toggle = () =>
    facts === null ? void run(async () => setFacts(await api['devices.facts']({ deviceId }))) : setFacts(null);
  const words = facts === null ? 'What it told' : 'Hide what it told';
  return (
    <>
      <div className="tile-identity">
        {children}
        <ActionIcon
          variant={facts === null ? 'subtle' : 'light'}
          color="gray"
          size={42}
          title={words}
          loading={busy}
          aria-expanded={facts !== null}
          aria-label={`${words}: ${title}`}
          onClick={toggle}
        >
          <IconListDetails size={20} aria-hidden />
        </ActionIcon>
      </div>
      <ErrorAlert error={error} />
      {facts !== null && (
        <dl className="identifiers told">
          {facts.map(fact => (
            <div key={fact.name}>
              <dt>{names[fact.name]}</dt>
              <dd title={fact.raw ?? undefined}>
                {text(fact)} <span className="dimmed">({origin(fact)})</span>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}
