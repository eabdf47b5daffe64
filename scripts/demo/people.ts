import { Secret, TOTP } from 'otpauth';
import type { Client } from '../../shared/client.ts';
import type { Proof } from '../../shared/identity.ts';

const passwords = {
  admin: 'demonstration only, first',
  technician: 'demonstration only, second',
  supervisor: 'demonstration only, third',
};

/** Sets the bench up with three people and signs them in, with a second factor where their role needs one. */
export async function signInPeople(connect: (connection: string) => Client) {
  const admin = connect('admin');
  await admin['identity.set_up']({
    siteName: 'Demonstration site',
    stationName: 'Bench 1',
    adminName: 'Admin',
    password: passwords.admin,
  });
  await acceptNotice(admin);
  await setUpFactor(admin);
  const join = async (role: 'technician' | 'supervisor', name: string) => {
    const { code } = await admin['users.invite']({ name, role });
    const client = connect(role);
    await client['identity.accept_invitation']({ name, code, password: passwords[role] });
    await client['identity.sign_in']({ name, password: passwords[role] });
    await acceptNotice(client);
    return client;
  };
  const technician = await join('technician', 'Technician');
  const supervisor = await join('supervisor', 'Supervisor');
  const codes = await setUpFactor(supervisor);
  return { admin, technician, supervisor, supervisorProof: proofs(supervisor, passwords.supervisor, codes) };
}

async function acceptNotice(client: Client): Promise<void> {
  const version = (await client['identity.session']())?.noticeDue ?? null;
  if (version !== null) await client['me.accept_notice']({ version });
}

/** Answers recovery codes: an authenticator shows a new code every half minute only. */
async function setUpFactor(client: Client): Promise<string[]> {
  const { secret } = await client['me.begin_factor']();
  const { codes } = await client['me.confirm_factor']({ code: TOTP.generate({ secret: Secret.fromBase32(secret) }) });
  return codes;
}

/** Each call answers a code of its own; the last one is spent on ten new ones. */
function proofs(client: Client, password: string, first: readonly string[]) {
  const codes = [...first];
  let turn: Promise<unknown> = Promise.resolve();
  const next = async (): Promise<Proof> => {
    const code = codes.shift() ?? '';
    if (codes.length > 0) return { password, code };
    await client['identity.step_up']({ password, code });
    codes.push(...(await client['me.new_recovery_codes']()).codes);
    return next();
  };
  return (): Promise<Proof> => {
    const mine = turn.then(next);
    turn = mine.catch(() => {});
    return mine;
  };
}
