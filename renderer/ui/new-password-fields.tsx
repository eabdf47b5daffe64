import { PasswordInput } from '@mantine/core';

type Props = {
  password: string;
  repeated: string;
  onPassword: (password: string) => void;
  onRepeated: (repeated: string) => void;
};

/** A password being chosen, typed twice. */
export function NewPasswordFields({ password, repeated, onPassword, onRepeated }: Props) {
  return (
    <>
      <PasswordInput
        label="New password"
        description="A sentence of 20 characters or more; or 12 and more with small and capital letters, digits, signs."
        required
        minLength={12}
        autoComplete="new-password"
        value={password}
        onChange={event => onPassword(event.currentTarget.value)}
      />
      <PasswordInput
        label="New password again"
        required
        autoComplete="new-password"
        error={repeated !== '' && repeated !== password ? 'The two passwords differ' : null}
        value={repeated}
        onChange={event => onRepeated(event.currentTarget.value)}
      />
    </>
  );
}
