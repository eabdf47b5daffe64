import { Text } from '@mantine/core';
import type { Me } from '../../../shared/me.ts';
import { Card } from '../../ui/page.tsx';
import { fullTime } from '../../ui/time.ts';
import { roleWords } from '../../ui/words.ts';

const time = (instant: string | null) => (instant === null ? 'never' : fullTime(instant));

/** Everything that is stored about oneself, by its kind. */
export function AboutMe({ me }: { me: Me }) {
  const facts = {
    Name: me.name,
    Role: roleWords[me.role],
    Account: me.operatorId,
    'Added on': fullTime(me.createdAt),
    'Last sign-in': time(me.lastSignInAt),
    'Password set': time(me.passwordSetAt),
    'Password expires': time(me.passwordExpiresAt),
    'Earlier passwords': `${me.passwordsRemembered} kept as hashes, so that none is used again`,
    'Journal entries': `${me.journalEntries} name this account as the one who acted`,
    Notice:
      me.notice === null ? 'not accepted yet' : `${me.notice.version}, accepted ${fullTime(me.notice.acceptedAt)}`,
  };
  return (
    <Card title="What is kept about me">
      <dl className="facts">
        {Object.entries(facts).map(([label, value]) => (
          <div key={label} className="fact-pair">
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Text size="sm">
        To have something corrected, ask a site admin. Under “My data” you take it out as a file or ask to be forgotten.
      </Text>
    </Card>
  );
}
