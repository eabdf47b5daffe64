import { Button, Group, PasswordInput, Stack, Textarea } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { AuthorityStatus } from '../../../shared/authority.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { type Action, useAction } from '../../state/use-action.ts';
import { useLive } from '../../state/use-live.ts';
import { readBase64 } from '../../ui/bytes.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import { Card } from '../../ui/page.tsx';
import { StatusMark, type Tone } from '../../ui/status-mark.tsx';
import { fullTime } from '../../ui/time.ts';
import { IssuedTable } from './issued-table.tsx';
import { pemBlocks, savePem } from './pem.ts';
import { TokenForm } from './token-form.tsx';
import { TokenPinForm } from './token-pin-form.tsx';

const stateWords: Record<NonNullable<AuthorityStatus['station']>['state'], { tone: Tone; words: string }> = {
  good: { tone: 'good', words: 'Signs' },
  soon: { tone: 'attention', words: 'Signs; to be renewed soon' },
  over: { tone: 'bad', words: 'Its time is over: reports cannot be signed' },
  revoked: { tone: 'bad', words: 'Revoked: reports cannot be signed' },
};

/** The certificate that this station signs with, and where it comes from. */
export function CertificateCard() {
  const { api } = useBench();
  const can = useCan();
  const source = useMemo(() => ({ load: () => api['authority.status']() }), [api]);
  const { value: status, error, set } = useLive(source);
  const action = useAction();
  const download = async () => savePem((await api['reports.site_ca']()).pem, 'site-ca.pem');
  const downloadList = async () => savePem((await api['authority.crl']()).pem, 'site-ca.crl.pem');
  return (
    <Card title="Certificate of this site">
      <p>Whoever receives a report checks its signature against the certificate of the authority.</p>
      <ErrorAlert error={error ?? action.error} />
      {status?.station && <StationCertificate station={status.station} />}
      {status?.station?.token?.pinRefused && can('station.manage') && <TokenPinForm onStatus={set} />}
      {status?.crl && (
        <p className="dimmed">
          Revocation list {status.crl.number ?? 'without a number'}
          {status.crl.nextUpdate !== null && `, good until ${fullTime(status.crl.nextUpdate)}`}
        </p>
      )}
      <Group gap="sm">
        <Button
          variant="default"
          loading={action.busy}
          leftSection={<IconDownload size={20} aria-hidden />}
          onClick={() => void action.run(download)}
        >
          Download site-ca.pem
        </Button>
        <Button variant="default" disabled={action.busy} onClick={() => void action.run(downloadList)}>
          Revocation list
        </Button>
      </Group>
      {status !== null && can('station.manage') && (
        <details className="fold">
          <summary>Renew, request, import, revoke</summary>
          <ManageCertificates status={status} onStatus={set} />
        </details>
      )}
      {status !== null && can('station.manage') && (
        <details className="fold">
          <summary>Sign with a key on a token</summary>
          <TokenForm onStatus={set} />
        </details>
      )}
    </Card>
  );
}

function StationCertificate({ station }: { station: NonNullable<AuthorityStatus['station']> }) {
  const { tone, words } = stateWords[station.state];
  return (
    <dl className="facts">
      <dt>State</dt>
      <dd>
        {station.token?.pinRefused ? (
          <StatusMark tone="bad">The token refused its PIN: reports cannot be signed</StatusMark>
        ) : (
          <StatusMark tone={tone}>{words}</StatusMark>
        )}
      </dd>
      <dt>Key</dt>
      <dd>{station.token === null ? 'In the keystore of this bench' : `On the token “${station.token.label}”`}</dd>
      <dt>Issued to</dt>
      <dd>{station.subject}</dd>
      <dt>Issued by</dt>
      <dd>
        {station.issuer}
        {station.ownIssuer && ' (this bench)'}
      </dd>
      <dt>Fingerprint</dt>
      <dd className="mono">{station.issuerFingerprint}</dd>
      <dt>Signs until</dt>
      <dd>{fullTime(station.signsUntil)}</dd>
    </dl>
  );
}

type ManageProps = { status: AuthorityStatus; onStatus: (status: AuthorityStatus) => void };

function ManageCertificates({ status, onStatus }: ManageProps) {
  const { api } = useBench();
  const action = useAction();
  const request = async () => {
    const { csrPem, fileName } = await api['authority.request']();
    savePem(csrPem, fileName);
    onStatus(await api['authority.status']());
  };
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <Button
          loading={action.busy}
          onClick={() => void action.run(async () => onStatus(await api['authority.renew']()))}
        >
          {status.station?.token
            ? 'Back to a key of this bench’s own authority'
            : 'Renew with this bench’s own authority'}
        </Button>
        <Button variant="default" disabled={action.busy} onClick={() => void action.run(request)}>
          Make a request for another authority
        </Button>
      </Group>
      <ErrorAlert error={action.error} />
      {status.requested && <InstallForm onStatus={onStatus} />}
      <IssueForm onStatus={onStatus} />
      <ImportForm onStatus={onStatus} />
      <IssuedTable issued={status.issued} onStatus={onStatus} />
    </Stack>
  );
}

type StatusProps = { onStatus: (status: AuthorityStatus) => void };

function PemForm({
  label,
  words,
  onPem,
}: {
  label: string;
  words: string;
  onPem: (pem: string, action: Action) => void;
}) {
  const action = useAction();
  const [pem, setPem] = useState('');
  return (
    <Stack gap="xs">
      <Textarea
        label={label}
        autosize
        minRows={2}
        maxRows={6}
        value={pem}
        onChange={event => setPem(event.currentTarget.value)}
      />
      <ErrorAlert error={action.error} />
      <Group>
        <Button variant="default" disabled={pem === ''} loading={action.busy} onClick={() => onPem(pem, action)}>
          {words}
        </Button>
      </Group>
    </Stack>
  );
}

/** What came back is one file: the certificate, its authority, and the revocation list where there is one. */
function InstallForm({ onStatus }: StatusProps) {
  const { api } = useBench();
  const install = (pem: string, action: Action) => {
    const [certificatePem = pem, issuerPem = pem] = pemBlocks(pem, 'CERTIFICATE');
    const [crlPem] = pemBlocks(pem, 'X509 CRL');
    const input = { certificatePem, issuerPem, ...(crlPem === undefined ? {} : { crlPem }) };
    void action.run(async () => onStatus(await api['authority.install'](input)));
  };
  return <PemForm label="What the authority sent back (PEM)" words="Install the certificate" onPem={install} />;
}

function IssueForm({ onStatus }: StatusProps) {
  const { api } = useBench();
  const issue = (csrPem: string, action: Action) =>
    void action.run(async () => {
      const { bundlePem, fileName } = await api['authority.issue']({ csrPem });
      savePem(bundlePem, fileName);
      onStatus(await api['authority.status']());
    });
  return <PemForm label="Request of another station (PEM)" words="Issue its certificate" onPem={issue} />;
}

function ImportForm({ onStatus }: StatusProps) {
  const { api } = useBench();
  const action = useAction();
  const [password, setPassword] = useState('');
  const take = ([file]: File[]) => {
    if (!file) return;
    void action.run(async () => {
      const contentBase64 = await readBase64(file);
      onStatus(await api['authority.import_pkcs12']({ contentBase64, password }));
      setPassword('');
    });
  };
  return (
    <Stack gap="xs">
      <PasswordInput
        label="Password of a PKCS#12 file"
        autoComplete="off"
        value={password}
        onChange={event => setPassword(event.currentTarget.value)}
      />
      <FileDrop label="Import key and certificate (.p12)" accept=".p12,.pfx" busy={action.busy} onFiles={take} />
      <ErrorAlert error={action.error} />
    </Stack>
  );
}
