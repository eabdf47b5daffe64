import { Button, Group, Text } from '@mantine/core';
import type { Invitation } from '../../../shared/users.ts';
import { fullTime } from '../../ui/time.ts';

/** A one-time code, shown until it is put away: the bench cannot show it again. */
export function InvitationCode({ invitation, onDone }: { invitation: Invitation; onDone: () => void }) {
  const { operator, code, until } = invitation;
  return (
    <section className="one-time" aria-label={`One-time code of ${operator.name}`}>
      <Text>
        Give this code to {operator.name}. With it and “I have a one-time code” on the sign-in page they choose their
        own password, until {fullTime(until)}. It is shown this once.
      </Text>
      <Group>
        <code className="one-time-code">{code}</code>
        <Button variant="default" onClick={onDone}>
          I have passed it on
        </Button>
      </Group>
    </section>
  );
}
