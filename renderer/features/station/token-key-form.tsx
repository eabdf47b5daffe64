import { Button, Group, NativeSelect, Stack, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { AuthorityStatus } from '../../../shared/authority.ts';
import type { SeenTokenKey } from '../../../shared/signing-token.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { fullTime } from '../../ui/time.ts';
import { pemBlocks, savePem } from './pem.ts';

const sources = [
  { value: 'own', label: 'This bench’s own authority issues it now' },
  { value: 'token', label: 'The one on the token' },
  { value: 'pasted', label: 'Pasted here' },
] as const;
type Source = (typeof sources)[number]['value'];

type Props = {
  place: { modulePath: string; serial: string; pin: string };
  keys: readonly SeenTokenKey[];
  onStatus: (status: AuthorityStatus) => void;
};

/** Which key on the token signs, and where its certificate comes from. */
export function TokenKeyForm({ place, keys, onStatus }: Props) {
  const { api } = useBench();
  const use = useAction();
  const request = useAction();
  const [chosen, setChosen] = useState<string | null>(null);
  const [source, setSource] = useState<Source>('own');
  const [pem, setPem] = useState('');
  const key = keys.find(({ id }) => id === chosen) ?? keys[0];
  if (!key) return null;
  const named = { ...place, keyId: key.id };

  function submit(event: FormEvent): void {
    event.preventDefault();
    void use.run(async () =>
      onStatus(await api['authority.use_token']({ ...named, certificate: certificateOf(source, pem) })),
    );
  }
  const ask = async () => {
    const { csrPem, fileName } = await api['authority.token_request'](named);
    savePem(csrPem, fileName);
  };

  return (
    <form onSubmit={submit} aria-label="Key on the token">
      <Stack gap="sm">
        <NativeSelect
          label="Key"
          data={keys.map(({ id, label }) => ({ value: id, label: `${label} · ${id}` }))}
          value={key.id}
          onChange={event => {
            setChosen(event.currentTarget.value);
            setSource('own');
          }}
        />
        <dl className="facts">
          <dt>Fingerprint</dt>
          <dd className="mono">{key.fingerprint}</dd>
          <dt>Certificate</dt>
          <dd>
            {key.certificate === null
              ? 'none on the token'
              : `${key.certificate.subject}, by ${key.certificate.issuer}, valid until ${fullTime(key.certificate.validUntil)}`}
          </dd>
        </dl>
        <NativeSelect
          label="Certificate to sign with"
          data={sources.filter(({ value }) => value !== 'token' || key.certificate !== null)}
          value={source}
          onChange={event => {
            const found = sources.find(({ value }) => value === event.currentTarget.value);
            if (found) setSource(found.value);
          }}
        />
        {source !== 'own' && (
          <Textarea
            label={
              source === 'pasted'
                ? 'The certificate, then that of its authority (PEM)'
                : 'Certificate of its authority (PEM), where it is not on the token'
            }
            autosize
            minRows={3}
            maxRows={8}
            required={source === 'pasted'}
            value={pem}
            onChange={event => setPem(event.currentTarget.value)}
          />
        )}
        <Group gap="sm">
          <Button type="submit" loading={use.busy} disabled={request.busy}>
            Sign with this key
          </Button>
          <Button variant="default" loading={request.busy} disabled={use.busy} onClick={() => void request.run(ask)}>
            Make a request for this key
          </Button>
        </Group>
        <ErrorAlert error={use.error ?? request.error} />
      </Stack>
    </form>
  );
}

/** What is left out is looked for on the token. */
function certificateOf(source: Source, pem: string) {
  if (source === 'own') return { from: 'own' } as const;
  const [crlPem] = pemBlocks(pem, 'X509 CRL');
  const list = crlPem === undefined ? {} : { crlPem };
  const [first, second] = pemBlocks(pem, 'CERTIFICATE');
  if (source === 'token')
    return { from: 'given', ...list, ...(first === undefined ? {} : { issuerPem: first }) } as const;
  return {
    from: 'given',
    certificatePem: first ?? pem,
    ...(second === undefined ? {} : { issuerPem: second }),
    ...list,
  } as const;
}
