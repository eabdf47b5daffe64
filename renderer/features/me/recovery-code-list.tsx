import { Button, Stack, Text } from '@mantine/core';

/** Recovery codes, shown until they are put away: the bench keeps no more than their hashes. */
export function RecoveryCodeList({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  return (
    <Stack>
      <Text>
        Write these recovery codes down and keep them away from your phone. Each one stands in for the authenticator
        once. They are shown this once.
      </Text>
      <ol className="recovery-codes" aria-label="Recovery codes">
        {codes.map(code => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <Button onClick={onDone}>I have written them down</Button>
    </Stack>
  );
}
