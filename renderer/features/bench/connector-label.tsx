import { ActionIcon, Button, Group, TextInput } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import type { Device } from '../../../shared/devices.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';

/** Where a device is plugged in, in the words of the bench, else as the system calls the connector. */
export function placeOf({ connector, portPath }: Pick<Device, 'connector' | 'portPath'>): string {
  return connector ?? portPath;
}

/** The connector of a tile, and a way to call it what is written on the hub. */
export function ConnectorLabel({ device }: { device: Device }) {
  const { api } = useBench();
  const can = useCan();
  const { busy, error, run } = useAction();
  const [typed, setTyped] = useState<string | null>(null);
  const place = placeOf(device);

  function submit(event: FormEvent): void {
    event.preventDefault();
    const name = typed?.trim() || null;
    void run(async () => {
      await api['devices.name_connector']({ deviceId: device.id, name });
      setTyped(null);
    });
  }

  if (typed === null)
    return (
      <span className="tile-place">
        <span className="tile-port">{place}</span>
        {can('job.work') && device.state !== 'lost' && (
          <ActionIcon
            variant="subtle"
            color="gray"
            size={42}
            title="Name this connector"
            aria-label={`Name the connector ${place}`}
            onClick={() => setTyped(device.connector ?? '')}
          >
            <IconPencil size={18} aria-hidden />
          </ActionIcon>
        )}
      </span>
    );
  return (
    <form className="tile-naming" onSubmit={submit} aria-label={`Name of the connector ${place}`}>
      <TextInput
        label="What is written at this connector?"
        description={`The system calls it ${device.portPath}.`}
        placeholder="Hub 2 · 5"
        maxLength={40}
        data-autofocus
        autoFocus
        value={typed}
        onChange={event => setTyped(event.currentTarget.value)}
      />
      <ErrorAlert error={error} />
      <Group gap="xs">
        <Button type="submit" px="sm" loading={busy}>
          Keep the name
        </Button>
        <Button variant="default" px="sm" onClick={() => setTyped(null)}>
          Leave it
        </Button>
      </Group>
    </form>
  );
}
