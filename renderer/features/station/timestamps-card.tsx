import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useMemo, useState } from 'react';
import type { TimestampStatus } from '../../../shared/timestamps.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { useLive } from '../../state/use-live.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Card } from '../../ui/page.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { fullTime } from '../../ui/time.ts';

/** Whether somebody outside says when reports existed, and who. */
export function TimestampsCard() {
  const { api } = useBench();
  const can = useCan();
  const source = useMemo(() => ({ load: () => api['timestamps.status']() }), [api]);
  const { value: status, error, set } = useLive(source);
  return (
    <Card title="Time stamps on reports">
      <p>
        A time stamping service outside this site says when a report existed. Reports are issued at once; the time
        stamps follow by themselves.
      </p>
      <ErrorAlert error={error} />
      {status !== null && <Service status={status} />}
      {status !== null && can('station.manage') && <ServiceForm status={status} onStatus={set} />}
    </Card>
  );
}

function Service({ status: { service, waiting, last, failure } }: { status: TimestampStatus }) {
  if (service === null)
    return <StatusMark tone="quiet">Off: nobody outside this site says when a report existed.</StatusMark>;
  return (
    <dl className="facts">
      <dt>State</dt>
      <dd>
        {failure === null ? (
          <StatusMark tone="good">{waiting === 0 ? 'Every report is stamped' : 'Stamping'}</StatusMark>
        ) : (
          <StatusMark tone="attention">{failure.words}</StatusMark>
        )}
      </dd>
      <dt>Service</dt>
      <dd className="mono">{service.url}</dd>
      <dt>Authority</dt>
      <dd>{service.authority}</dd>
      <dt>Fingerprint</dt>
      <dd className="mono">{service.fingerprint}</dd>
      <dt>Waiting</dt>
      <dd>{waiting === 1 ? '1 report' : `${waiting} reports`}</dd>
      <dt>Newest</dt>
      <dd>{last === null ? 'none yet' : fullTime(last)}</dd>
    </dl>
  );
}

type FormProps = { status: TimestampStatus; onStatus: (status: TimestampStatus) => void };

function ServiceForm({ status, onStatus }: FormProps) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [url, setUrl] = useState(status.service?.url ?? '');
  const [authorityPem, setAuthorityPem] = useState('');

  function submit(event: FormEvent): void {
    event.preventDefault();
    void run(async () => {
      onStatus(await api['timestamps.configure']({ service: { url: url.trim(), authorityPem } }));
      setAuthorityPem('');
    });
  }
  const end = () => run(async () => onStatus(await api['timestamps.configure']({ service: null })));

  return (
    <details className="fold">
      <summary>{status.service === null ? 'Choose a service' : 'Change or end'}</summary>
      <form onSubmit={submit} aria-label="Time stamping service">
        <Stack gap="sm">
          <TextInput
            label="Address of the service (RFC 3161)"
            placeholder="http://…"
            required
            value={url}
            onChange={event => setUrl(event.currentTarget.value)}
          />
          <Textarea
            label="Certificate of the authority above it (PEM)"
            description="Get it from the provider by another way than the service itself"
            required
            autosize
            minRows={2}
            maxRows={6}
            value={authorityPem}
            onChange={event => setAuthorityPem(event.currentTarget.value)}
          />
          <ErrorAlert error={error} />
          <Group gap="sm">
            <Button type="submit" loading={busy}>
              Try it and use it
            </Button>
            {status.service !== null && (
              <Button variant="default" disabled={busy} onClick={() => void end()}>
                End time stamping
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </details>
  );
}
