import { PasswordInput, TextInput } from '@mantine/core';

type Props = {
  passwordLabel: string;
  password: string;
  onPassword: (password: string) => void;
  /** Null where no code is asked for. */
  code: string | null;
  onCode: (code: string) => void;
  autoFocus?: boolean;
};

/** The password and, where the account has one, the code of the second factor. */
export function ProofFields({ passwordLabel, password, onPassword, code, onCode, autoFocus = false }: Props) {
  return (
    <>
      <PasswordInput
        label={passwordLabel}
        autoFocus={autoFocus}
        data-autofocus
        required
        autoComplete="current-password"
        value={password}
        onChange={event => onPassword(event.currentTarget.value)}
      />
      {code !== null && <CodeField code={code} onCode={onCode} />}
    </>
  );
}

export function CodeField({ code, onCode, autoFocus = false }: Pick<Props, 'onCode' | 'autoFocus'> & { code: string }) {
  return (
    <TextInput
      label="Code of your authenticator"
      description="Six digits that work once, or a recovery code."
      autoFocus={autoFocus}
      required
      autoComplete="one-time-code"
      maxLength={24}
      value={code}
      onChange={event => onCode(event.currentTarget.value)}
    />
  );
}
