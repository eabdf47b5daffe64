import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { useLive } from '../../state/use-live.ts';
import { saveBlob } from '../../ui/bytes.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import { useTell } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';

type Given = { fileName: string; content: string };

const save = ({ fileName, content }: Given) => saveBlob(new Blob([content], { type: 'application/json' }), fileName);

/** The accounts of the site: carried by the server, or from bench to bench as a signed file. */
export function DirectoryCard() {
  const { api } = useBench();
  const tell = useTell();
  const source = useMemo(() => ({ load: () => api['directory.status']() }), [api]);
  const { value: status, error, set } = useLive(source);
  const { busy, error: failure, run } = useAction();
  const [passphrase, setPassphrase] = useState('');

  async function invite(): Promise<void> {
    save(await api['directory.invite']({ passphrase }));
    setPassphrase('');
    set(await api['directory.status']());
  }

  async function take([file]: File[]): Promise<void> {
    if (!file) return;
    const content = await file.text();
    set(
      status?.site ? await api['directory.import']({ content }) : await api['directory.join']({ content, passphrase }),
    );
    setPassphrase('');
    tell('The accounts of the site are in force here.');
  }

  return (
    <Card title="Accounts of the site">
      <ErrorAlert error={failure ?? error} />
      {status !== null && (
        <Stack gap="sm">
          {status.site === null ? (
            <p>
              This bench has accounts of its own. Invite another bench to share them, or join a site with its
              invitation: then everybody has one account on all of its benches, under the same rules and check-lists.
            </p>
          ) : (
            <dl className="facts">
              <dt>Version</dt>
              <dd>{status.version}</dd>
              <dt>Accounts in use</dt>
              <dd>{status.accounts}</dd>
              <dt>Key of the site</dt>
              <dd className="mono prose">{status.vkey}</dd>
            </dl>
          )}
          <PasswordInput
            label="Passphrase of an invitation"
            description="At least 16 characters; told to the other bench by another way than the file"
            minLength={16}
            maxLength={256}
            autoComplete="off"
            value={passphrase}
            onChange={event => setPassphrase(event.currentTarget.value)}
          />
          <Group gap="sm">
            <Button variant="default" loading={busy} disabled={passphrase.length < 16} onClick={() => void run(invite)}>
              Invite another bench
            </Button>
            {status.site !== null && (
              <Button
                variant="default"
                disabled={busy}
                onClick={() => void run(async () => save(await api['directory.export']()))}
              >
                Save the directory
              </Button>
            )}
          </Group>
          <FileDrop
            label={status.site === null ? 'Join a site: its invitation' : 'Take in a newer directory'}
            accept=".json,application/json"
            busy={busy}
            onFiles={files => void run(() => take(files))}
          />
        </Stack>
      )}
    </Card>
  );
}
