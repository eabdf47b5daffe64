import { Button, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { FactorOffer } from '../../../shared/me.ts';
import type { Api } from '../../api.ts';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { CodeField } from '../../ui/proof-fields.tsx';
import { RecoveryCodeList } from './recovery-code-list.tsx';

/** Sets an authenticator up: the picture code, a first code of it, then the recovery codes. */
export function FactorSetUp({ api, onDone }: { api: Api; onDone: () => void }) {
  const [offer, setOffer] = useState<FactorOffer | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const { busy, error, run } = useAction();

  if (codes !== null) return <RecoveryCodeList codes={codes} onDone={onDone} />;
  return (
    <Stack>
      {offer === null ? (
        <Button loading={busy} onClick={() => void run(async () => setOffer(await api['me.begin_factor']()))}>
          Set up the authenticator
        </Button>
      ) : (
        <Confirmation api={api} offer={offer} onCodes={setCodes} />
      )}
      <ErrorAlert error={error} />
    </Stack>
  );
}

type ConfirmationProps = { api: Api; offer: FactorOffer; onCodes: (codes: readonly string[]) => void };

function Confirmation({ api, offer, onCodes }: ConfirmationProps) {
  const [code, setCode] = useState('');
  const { busy, error, run } = useAction();

  function submit(event: FormEvent): void {
    event.preventDefault();
    void run(async () => onCodes((await api['me.confirm_factor']({ code })).codes));
  }

  return (
    <form onSubmit={submit} aria-label="Authenticator">
      <Stack>
        <Text>Scan this with the authenticator on your phone, then type the six digits that it shows.</Text>
        <img
          className="factor-picture"
          src={`data:image/svg+xml,${encodeURIComponent(offer.qrSvg)}`}
          alt="QR code for the authenticator"
        />
        <Text size="sm">
          Where it cannot be scanned, type this key: <code className="factor-key">{inGroups(offer.secret)}</code>
        </Text>
        <CodeField code={code} onCode={setCode} autoFocus />
        <ErrorAlert error={error} />
        <Button type="submit" loading={busy}>
          Confirm
        </Button>
      </Stack>
    </form>
  );
}

function inGroups(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(' ') ?? secret;
}
