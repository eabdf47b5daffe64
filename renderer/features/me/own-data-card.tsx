import { Button, Group, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { useLive } from '../../state/use-live.ts';
import { saveBlob } from '../../ui/bytes.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Card } from '../../ui/page.tsx';
import { fullTime } from '../../ui/time.ts';

/** Taking out what is kept about oneself, and asking to be forgotten. */
export function OwnDataCard() {
  const { api } = useBench();
  const source = useMemo(() => ({ load: () => api['me.forgetting']() }), [api]);
  const { value: forgetting, error: loadError, reload } = useLive(source);
  const { busy, error, run } = useAction();

  async function take(): Promise<void> {
    const { fileName, content } = await api['me.export']();
    saveBlob(new Blob([content], { type: 'application/json' }), fileName);
  }
  const ask = () => api['me.ask_to_be_forgotten']().then(reload);
  const takeBack = () => api['me.take_back_forgetting']().then(reload);

  return (
    <Card title="My data">
      <Text size="sm">
        The file holds your account and every entry of the journal that names you as the one who acted. The bench
        records that you took it.
      </Text>
      <Group>
        <Button
          variant="default"
          loading={busy}
          leftSection={<IconDownload size={20} aria-hidden />}
          onClick={() => void run(take)}
        >
          Save what is kept about me
        </Button>
      </Group>
      {forgetting !== null && (
        <>
          <Text size="sm">
            {forgetting.askedAt === null
              ? 'When you leave, you can ask that the bench forgets you: your name and every secret of your account go, the records stay without your name. An admin closes your account first.'
              : `You asked to be forgotten on ${fullTime(forgetting.askedAt)}. An admin sees your request on the Privacy screen.`}
          </Text>
          {forgetting.held && (
            <Text size="sm" fw={600}>
              A legal hold is on your data: it may not be forgotten before the hold is released. Ask an admin why.
            </Text>
          )}
          <Group>
            <Button
              variant="default"
              loading={busy}
              onClick={() => void run(forgetting.askedAt === null ? ask : takeBack)}
            >
              {forgetting.askedAt === null ? 'Ask to be forgotten' : 'Take the request back'}
            </Button>
          </Group>
        </>
      )}
      <ErrorAlert error={error ?? loadError} />
    </Card>
  );
}
