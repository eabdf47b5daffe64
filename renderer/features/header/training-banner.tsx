import { Button, Menu } from '@mantine/core';
import { IconPlug } from '@tabler/icons-react';
import { VirtualFault } from '../../../shared/training.ts';
import { asBenchError } from '../../state/as-bench-error.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useTell } from '../../ui/notice.tsx';
import { faultWords } from '../../ui/words.ts';

export function TrainingBanner() {
  const can = useCan();
  return (
    <div className="training">
      <strong>TRAINING</strong>
      <span>Virtual devices only; nothing here counts and every document says so.</span>
      {can('job.work') && <PlugInMenu />}
    </div>
  );
}

function PlugInMenu() {
  const { api } = useBench();
  const tell = useTell();

  function plugIn(fault?: VirtualFault): void {
    api['training.plug_in'](fault === undefined ? {} : { fault }).catch(failure => tell(asBenchError(failure)));
  }

  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="sm" variant="default" leftSection={<IconPlug size={18} aria-hidden />}>
          Plug in a virtual device
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => plugIn()}>A device that behaves</Menu.Item>
        {VirtualFault.options.map(fault => (
          <Menu.Item key={fault} onClick={() => plugIn(fault)}>
            A device that {faultWords[fault]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
