import type { Client } from '../../shared/client.ts';
import type { Session } from '../../shared/identity.ts';

/** A client whose people accept the privacy notice as soon as they are signed in. */
export function acceptsNotice(client: Client): Client {
  const accepted = async (session: Session): Promise<Session> =>
    session.noticeDue === null ? session : client['me.accept_notice']({ version: session.noticeDue });
  return {
    ...client,
    'identity.set_up': async input => accepted(await client['identity.set_up'](input)),
    'identity.sign_in': async input => accepted(await client['identity.sign_in'](input)),
    'identity.sign_in_badge': async input => accepted(await client['identity.sign_in_badge'](input)),
  };
}
