import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { createContext, type FormEvent, type ReactNode, use, useCallback, useEffect, useState } from 'react';
import type { BenchError } from '../../shared/errors.ts';
import { hasFactor } from '../../shared/identity.ts';
import type { Api } from '../api.ts';
import { ErrorAlert } from '../ui/error-alert.tsx';
import { ProofFields } from '../ui/proof-fields.tsx';
import { asBenchError } from './as-bench-error.ts';

type Ask = () => Promise<boolean>;

const StepUpContext = createContext<Ask>(async () => false);

/** Asks for the password again before an act that needs it fresh; answers whether it was given. */
export const useStepUp = (): Ask => use(StepUpContext);

export function StepUpProvider({ api, children }: { api: Api; children: ReactNode }) {
  const [answer, setAnswer] = useState<((given: boolean) => void) | null>(null);
  const ask = useCallback<Ask>(() => new Promise(resolve => setAnswer(() => resolve)), []);

  function finish(given: boolean): void {
    answer?.(given);
    setAnswer(null);
  }

  return (
    <StepUpContext value={ask}>
      {children}
      <Modal
        opened={answer !== null}
        onClose={() => finish(false)}
        title="Your password again"
        closeButtonProps={{ 'aria-label': 'Cancel and close', size: 'lg' }}
        zIndex={300}
      >
        {answer !== null && <StepUpForm api={api} onFinish={finish} />}
      </Modal>
    </StepUpContext>
  );
}

function StepUpForm({ api, onFinish }: { api: Api; onFinish: (given: boolean) => void }) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState<string | null>(null);
  const [error, setError] = useState<BenchError | null>(null);
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    api['identity.session']().then(
      session => setCode(hasFactor(session) ? '' : null),
      failure => setError(asBenchError(failure)),
    );
  }, [api]);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    try {
      await api['identity.step_up'](code === null ? { password } : { password, code });
      onFinish(true);
    } catch (failure) {
      setError(asBenchError(failure));
      setBusy(false);
    }
  }

  return (
    <form onSubmit={event => void submit(event)}>
      <Stack>
        <Text>This act needs your password. It stays open for five minutes afterwards.</Text>
        <ProofFields
          passwordLabel="Password"
          password={password}
          onPassword={setPassword}
          code={code}
          onCode={setCode}
          autoFocus
        />
        <ErrorAlert error={error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={() => onFinish(false)}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Confirm
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
