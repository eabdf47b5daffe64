import { Autocomplete, Button, Group, NativeSelect, PasswordInput, Stack } from '@mantine/core';
import { type FormEvent, useMemo, useState } from 'react';
import type { AuthorityStatus } from '../../../shared/authority.ts';
import type { SeenToken, SeenTokenKey } from '../../../shared/signing-token.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { useLive } from '../../state/use-live.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { TokenKeyForm } from './token-key-form.tsx';

type Props = { onStatus: (status: AuthorityStatus) => void };

/** Module, then token and PIN, then key and certificate: each step asks the token and shows what it found. */
export function TokenForm({ onStatus }: Props) {
  const { api } = useBench();
  const source = useMemo(() => ({ load: () => api['authority.token_modules']() }), [api]);
  const { value: found, error } = useLive(source);
  const { busy, error: failure, run } = useAction();
  const [typed, setModulePath] = useState<string | null>(null);
  const [tokens, setTokens] = useState<SeenToken[] | null>(null);
  const modulePath = typed ?? found?.modules?.[0] ?? '';

  function look(event: FormEvent): void {
    event.preventDefault();
    setTokens(null);
    void run(async () => setTokens((await api['authority.tokens']({ modulePath })).tokens));
  }

  if (found?.modules === null)
    return (
      <StatusMark tone="attention">
        This needs the program pkcs11-tool. Install OpenSC on this computer, then open this page again.
      </StatusMark>
    );
  return (
    <Stack gap="md">
      <form onSubmit={look} aria-label="Module of the token">
        <Stack gap="sm">
          <Autocomplete
            label="PKCS#11 module"
            description="The library of the token’s vendor, from the root on"
            required
            data={found?.modules ?? []}
            value={modulePath}
            onChange={value => {
              setModulePath(value);
              setTokens(null);
            }}
          />
          <Group>
            <Button type="submit" variant="default" loading={busy}>
              Look for tokens
            </Button>
          </Group>
          <ErrorAlert error={error ?? failure} />
          {tokens?.length === 0 && <StatusMark tone="attention">No token is plugged in.</StatusMark>}
        </Stack>
      </form>
      {tokens !== null && tokens.length > 0 && (
        <OpenToken modulePath={modulePath} tokens={tokens} onStatus={onStatus} />
      )}
    </Stack>
  );
}

const triesWords: Record<SeenToken['tries'], string | null> = {
  fine: null,
  low: 'A wrong PIN was tried on this token before.',
  last: 'One try is left, which the bench does not spend. Sign in to the token with the software of its vendor first.',
  locked: 'Its PIN is locked. Unlock it with the software of its vendor.',
};

function OpenToken({ modulePath, tokens, onStatus }: Props & { modulePath: string; tokens: readonly SeenToken[] }) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [chosen, setSerial] = useState<string | null>(null);
  const [pin, setPin] = useState('');
  const [keys, setKeys] = useState<SeenTokenKey[] | null>(null);
  const token = tokens.find(each => each.serial === chosen) ?? tokens[0];
  const serial = token?.serial ?? '';
  const tries = token ? triesWords[token.tries] : null;

  function open(event: FormEvent): void {
    event.preventDefault();
    setKeys(null);
    void run(async () => setKeys((await api['authority.token_keys']({ modulePath, serial, pin })).keys));
  }

  return (
    <>
      <form onSubmit={open} aria-label="Token and PIN">
        <Stack gap="sm">
          <NativeSelect
            label="Token"
            data={tokens.map(each => ({ value: each.serial, label: `${each.label} · ${each.model} · ${each.serial}` }))}
            value={serial}
            onChange={event => {
              setSerial(event.currentTarget.value);
              setKeys(null);
            }}
          />
          {tries !== null && <StatusMark tone="attention">{tries}</StatusMark>}
          <PasswordInput
            label="PIN of the token"
            description="Tried once. Where a key is chosen below, it is kept in the keystore of this bench."
            autoComplete="off"
            required
            value={pin}
            onChange={event => {
              setPin(event.currentTarget.value);
              setKeys(null);
            }}
          />
          <Group>
            <Button type="submit" variant="default" loading={busy}>
              Show its keys
            </Button>
          </Group>
          <ErrorAlert error={error} />
          {keys?.length === 0 && (
            <StatusMark tone="attention">
              No ECDSA P-256 key is on this token. Make one with the software of its vendor.
            </StatusMark>
          )}
        </Stack>
      </form>
      {keys !== null && keys.length > 0 && (
        <TokenKeyForm
          key={serial}
          place={{ modulePath, serial, pin }}
          keys={keys}
          onStatus={status => {
            setPin('');
            setKeys(null);
            onStatus(status);
          }}
        />
      )}
    </>
  );
}
