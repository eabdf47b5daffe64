import { Button, Stack, Text } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { hasFactor, type Session } from '../../../shared/identity.ts';
import type { Api } from '../../api.ts';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { NewPasswordFields } from '../../ui/new-password-fields.tsx';
import { ProofFields } from '../../ui/proof-fields.tsx';
import { FactorSetUp } from '../me/factor-set-up.tsx';
import { EntryCard } from './entry-card.tsx';

type Props = { api: Api; session: Session; onChanged: (session: Session | null) => void };

/** The password has expired: nothing else is possible until a new one is chosen. */
export function NewPasswordPage({ api, session, onChanged }: Props) {
  return (
    <EntryCard title="Choose a new password">
      <Text>Your password has expired. Your work is kept.</Text>
      <ChangePasswordForm api={api} session={session} onChanged={onChanged} />
      <SignOutButton api={api} onChanged={onChanged} />
    </EntryCard>
  );
}

export function ChangePasswordForm({ api, session, onChanged }: Props) {
  const withCode = hasFactor(session);
  const empty = { current: '', code: withCode ? '' : null, password: '', repeated: '' };
  const [form, setForm] = useState(empty);
  const { busy, error, run } = useAction();
  const set = (change: Partial<typeof empty>) => setForm(before => ({ ...before, ...change }));

  function submit(event: FormEvent): void {
    event.preventDefault();
    const { current, code, password, repeated } = form;
    if (password !== repeated) return;
    void run(async () => {
      onChanged(await api['me.change_password']({ current, password, ...(code === null ? {} : { code }) }));
      setForm(empty);
    });
  }

  return (
    <form onSubmit={submit} aria-label="Change the password">
      <Stack>
        <ProofFields
          passwordLabel="Present password"
          password={form.current}
          onPassword={current => set({ current })}
          code={form.code}
          onCode={code => set({ code })}
        />
        <NewPasswordFields
          password={form.password}
          repeated={form.repeated}
          onPassword={password => set({ password })}
          onRepeated={repeated => set({ repeated })}
        />
        <ErrorAlert error={error} />
        <Button type="submit" loading={busy}>
          Change the password
        </Button>
      </Stack>
    </form>
  );
}

/** What the bench does with data of the people who work at it, accepted once and again when it changes. */
export function NoticePage({ api, version, onChanged }: Omit<Props, 'session'> & { version: string }) {
  const { busy, error, run } = useAction();
  return (
    <EntryCard title="Privacy notice and terms">
      <Stack gap="sm">
        <Text>
          The bench records what you do with a device, with time and your account, in a journal that nobody can change.
          Customers and auditors rely on it; that is the legal interest of the site.
        </Text>
        <Text>
          Your name is kept sealed under a key of your own. When you leave, the site can forget it: the key goes, the
          records stay without your name. What is kept about you stands under “Me”.
        </Text>
        <Text>Use your own account alone, and keep password, PIN and codes to yourself.</Text>
        <Text size="sm" c="dimmed">
          Version {version}
        </Text>
      </Stack>
      <ErrorAlert error={error} />
      <Button
        size="lg"
        loading={busy}
        onClick={() => void run(async () => onChanged(await api['me.accept_notice']({ version })))}
      >
        I have read and accept this
      </Button>
      <SignOutButton api={api} onChanged={onChanged} />
    </EntryCard>
  );
}

/** Supervisors and admins need a second factor before their first privileged act; it can wait until then. */
export function FactorPage({ api, onDone }: { api: Api; onDone: () => void }) {
  return (
    <EntryCard title="Set up your second factor">
      <Text>
        Your role decides about others, so a password alone is not enough. You need an authenticator app on your phone;
        it works without a network.
      </Text>
      <FactorSetUp api={api} onDone={onDone} />
      <Later onClick={onDone}>Later: I only look today</Later>
    </EntryCard>
  );
}

function Later({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <Button variant="default" onClick={onClick}>
      {children}
    </Button>
  );
}

function SignOutButton({ api, onChanged }: Pick<Props, 'api' | 'onChanged'>) {
  const { error, run } = useAction();
  return (
    <>
      <Button
        variant="default"
        size="lg"
        onClick={() => void run(async () => onChanged(await api['identity.sign_out']()))}
      >
        Sign out
      </Button>
      <ErrorAlert error={error} />
    </>
  );
}
