import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { HOTP, Secret } from 'otpauth';
import type { Client } from '../../shared/client.ts';
import type { Session } from '../../shared/identity.ts';

type Kept = { secret: string; lastCounter: number; recovery: string[] };

const counterOf = (ms: number) => Math.floor(ms / 30_000);

/** The code that an authenticator shows at a time. */
export function totp(secret: string, ms: number): string {
  return HOTP.generate({ secret: Secret.fromBase32(secret), counter: counterOf(ms) });
}

/**
 * The authenticators of a test's people, kept in a file so that they outlive a station. `client` gives the codes that a
 * person would type, and sets the second factor up for whoever needs one.
 */
export function createAuthenticators(file: string, now: () => number) {
  const load = (): Record<string, Kept> => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});
  const change = (name: string, kept: Kept) => writeFileSync(file, JSON.stringify({ ...load(), [name]: kept }));

  const nextTotp = (name: string, kept: Kept): string | null => {
    const newest = counterOf(now()) + 1;
    const counter = Math.max(newest - 2, kept.lastCounter + 1);
    if (counter > newest) return null;
    change(name, { ...kept, lastCounter: counter });
    return totp(kept.secret, counter * 30_000);
  };
  const nextRecovery = (name: string, kept: Kept): string | null => {
    const [code, ...recovery] = kept.recovery;
    if (code === undefined) return null;
    change(name, { ...kept, recovery });
    return code;
  };
  /** A code that was not used yet, as an input of a call; nothing for somebody without an authenticator. */
  const codeFor = (name: string, prefer: 'totp' | 'recovery'): { code?: string } => {
    const kept = load()[name];
    if (!kept) return {};
    const inOrder = prefer === 'totp' ? [nextTotp, nextRecovery] : [nextRecovery, nextTotp];
    for (const next of inOrder) {
      const code = next(name, kept);
      if (code !== null) return { code };
    }
    throw new Error(`no code left for ${name}: let time pass`);
  };

  const enrol = async (client: Client, session: Session): Promise<Session> => {
    if (session.secondFactor !== 'needed') return session;
    const { secret } = await client['me.begin_factor']();
    const lastCounter = counterOf(now()) - 1;
    const { codes } = await client['me.confirm_factor']({ code: totp(secret, lastCounter * 30_000) });
    change(session.name, { secret, lastCounter, recovery: codes });
    return (await client['identity.session']()) ?? session;
  };

  return {
    codeFor,
    client(client: Client): Client {
      let name = '';
      const entered = (session: Session) => {
        name = session.name;
        return enrol(client, session);
      };
      const named = (typed: string) =>
        Object.keys(load()).find(n => n.toLowerCase() === typed.trim().toLowerCase()) ?? '';
      const own = async () => codeFor(name || ((await client['identity.session']())?.name ?? ''), 'recovery');
      return {
        ...client,
        'identity.set_up': async input => entered(await client['identity.set_up'](input)),
        'identity.sign_in': async input =>
          entered(await client['identity.sign_in']({ ...codeFor(named(input.name), 'totp'), ...input })),
        'identity.step_up': async input => client['identity.step_up']({ ...(await own()), ...input }),
        'approvals.decide': async input => client['approvals.decide']({ ...(await own()), ...input }),
      };
    },
  };
}
