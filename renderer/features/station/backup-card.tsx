import { Button, Checkbox, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useMemo, useState } from 'react';
import type { BackupStatus } from '../../../shared/backup.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { useLive } from '../../state/use-live.ts';
import { saveBlob, sizeText } from '../../ui/bytes.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Card } from '../../ui/page.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { fullTime } from '../../ui/time.ts';

/** The recovery key, where backups go, and how the last one went. */
export function BackupCard() {
  const { api } = useBench();
  const source = useMemo(() => ({ load: () => api['backup.status']() }), [api]);
  const { value: status, error, set } = useLive(source);
  const { busy, error: runError, run } = useAction();
  const canRun = status !== null && status.recoveryKey !== null && status.folder !== null;
  return (
    <Card title="Backups">
      <ErrorAlert error={error ?? runError} />
      {status !== null && (
        <>
          <BackupFacts status={status} />
          <RecoveryKeyPart status={status} onStatus={set} />
          <PlanForm key={`${status.folder} ${status.daily}`} status={status} onStatus={set} />
          <Group>
            <Button
              variant="default"
              disabled={!canRun}
              loading={busy}
              onClick={() => void run(async () => set(await api['backup.run']()))}
            >
              Make a backup now
            </Button>
          </Group>
        </>
      )}
    </Card>
  );
}

function BackupFacts({ status: { recoveryKey, last, failure } }: { status: BackupStatus }) {
  return (
    <dl className="facts">
      <dt>Recovery key</dt>
      <dd className={recoveryKey === null ? '' : 'mono'}>
        {recoveryKey === null ? <StatusMark tone="attention">None yet</StatusMark> : recoveryKey.fingerprint}
      </dd>
      <dt>Newest backup</dt>
      <dd>
        {last === null ? 'none yet' : `${fullTime(last.at)}, ${sizeText(last.sizeBytes)}, ${last.entries} entries`}
      </dd>
      {failure !== null && (
        <>
          <dt>Failed</dt>
          <dd>
            <StatusMark tone="bad">
              {fullTime(failure.at)}: {failure.words}
            </StatusMark>
          </dd>
        </>
      )}
    </dl>
  );
}

type PartProps = { status: BackupStatus; onStatus: (status: BackupStatus) => void };

function RecoveryKeyPart({ status, onStatus }: PartProps) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [checkGroup, setCheckGroup] = useState('');
  const create = async () => {
    const given = await api['recovery.create']();
    saveBlob(new Blob([given.fileText], { type: 'text/plain' }), given.fileName);
    saveBlob(new Blob([given.sheetHtml], { type: 'text/html' }), given.sheetFileName);
    onStatus(await api['backup.status']());
  };
  const confirm = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      onStatus(await api['recovery.confirm']({ checkGroup }));
      setCheckGroup('');
    });
  };
  return (
    <Stack gap="sm">
      <ErrorAlert error={error} />
      {status.unconfirmedFingerprint !== null && (
        <form onSubmit={confirm} aria-label="Confirm the recovery key">
          <Stack gap="sm">
            <p>
              Print the sheet, put it and the file away from this computer, then type the last group from the paper.
            </p>
            <TextInput
              label="Last group of the recovery key"
              required
              minLength={4}
              maxLength={4}
              autoComplete="off"
              value={checkGroup}
              onChange={event => setCheckGroup(event.currentTarget.value)}
            />
            <Group>
              <Button type="submit" loading={busy}>
                Confirm the recovery key
              </Button>
            </Group>
          </Stack>
        </form>
      )}
      <Group>
        <Button variant="default" loading={busy} onClick={() => void run(create)}>
          {status.recoveryKey === null ? 'Make a recovery key' : 'Make a new recovery key'}
        </Button>
      </Group>
      <p className="dimmed flush">Given out once, as a file and a page to print. Nothing else opens the backups.</p>
    </Stack>
  );
}

function PlanForm({ status, onStatus }: PartProps) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [folder, setFolder] = useState(status.folder ?? '');
  const [daily, setDaily] = useState(status.daily || status.folder === null);
  const save = (event: FormEvent) => {
    event.preventDefault();
    const chosen = folder.trim() === '' ? null : folder.trim();
    void run(async () => onStatus(await api['backup.configure']({ folder: chosen, daily })));
  };
  return (
    <form onSubmit={save} aria-label="Where backups go">
      <Stack gap="sm">
        <TextInput
          label="Folder for backups, on another disk"
          autoComplete="off"
          value={folder}
          onChange={event => setFolder(event.currentTarget.value)}
        />
        <Checkbox
          label="Every day by itself"
          checked={daily}
          onChange={event => setDaily(event.currentTarget.checked)}
        />
        <ErrorAlert error={error} />
        <Group>
          <Button type="submit" variant="default" loading={busy}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
