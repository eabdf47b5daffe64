import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import type { SubjectId } from '../../../shared/privacy.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { useTell } from '../../ui/notice.tsx';

export function ForgetButton({ subject, onDone }: { subject: SubjectId; onDone: () => void }) {
  const { api } = useBench();
  const tell = useTell();
  const { busy, error, run } = useAction();
  const [sure, setSure] = useState(false);

  async function forget(): Promise<void> {
    await api['privacy.forget']({ subject });
    tell('Forgotten. The journal still verifies.');
    onDone();
  }

  if (!sure) {
    return (
      <Button variant="default" onClick={() => setSure(true)}>
        Forget for good …
      </Button>
    );
  }
  return (
    <>
      <Group gap="xs">
        <Button color="red" loading={busy} autoFocus onClick={() => void run(forget)}>
          Yes, forget; this cannot be undone
        </Button>
        <Button variant="default" onClick={() => setSure(false)}>
          Cancel
        </Button>
      </Group>
      <ErrorAlert error={error} />
    </>
  );
}
