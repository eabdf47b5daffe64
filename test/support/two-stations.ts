import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import type { Client } from '../../shared/client.ts';
import type { HandoverFile } from '../../shared/handover.ts';
import type { Job } from '../../shared/jobs.ts';
import type { Role } from '../../shared/permissions.ts';
import { passwords, type StartOptions, staff, startStation, type TestStation } from './start-station.ts';

const passphrase = 'four words on a slip';
const names: Record<Role, string> = {
  admin: 'Ada Admin',
  technician: 'Tom Technician',
  supervisor: 'Sue Supervisor',
  auditor: 'Al Auditor',
};

export type Stationed = { bench: TestStation } & Record<Role, Client>;

/** Signs the people of a set-up station in. */
export async function signIn(bench: TestStation): Promise<Stationed> {
  const client = async (role: Role) => {
    const connected = bench.connect(`${role} of ${names[role]}`);
    await connected['identity.sign_in']({ name: names[role], password: passwords[role] });
    return connected;
  };
  return {
    bench,
    admin: await client('admin'),
    technician: await client('technician'),
    supervisor: await client('supervisor'),
    auditor: await client('auditor'),
  };
}

/** Two stations with the same people; the second is of the first one's site when `joined`. */
export async function twoStations({
  first = {},
  second = {},
  joined = true,
}: {
  first?: StartOptions;
  second?: StartOptions;
  joined?: boolean;
} = {}) {
  const keystore = createMemoryKeystore();
  const one = await startStation({ seed: 'one', keystore, ...first });
  const a: Stationed = { bench: one, ...(await staff(one)) };
  const two = await startStation({ seed: 'two', ...second });
  const b: Stationed = { bench: two, ...(await staff(two)) };
  if (!joined) return { a, b, keystore };
  await joinSite(a, b);
  return { a, b: await signIn(two), keystore };
}

/** The second station joins the site of the first; its people sign in anew with what they have there. */
export async function joinSite(a: Stationed, b: Stationed): Promise<void> {
  const { content } = await a.admin['directory.invite']({ passphrase });
  await b.admin['directory.join']({ content, passphrase });
  copyFileSync(join(a.bench.dataDir, 'authenticators.json'), join(b.bench.dataDir, 'authenticators.json'));
}

/** The same thing is unplugged here and plugged in there. */
export async function carry(from: Stationed, to: Stationed, job: Job): Promise<void> {
  const phone = from.bench.virtual.list().find(({ identifiers }) => identifiers.serial === job.identifiers.serial);
  if (!phone) throw new Error('this phone is nowhere');
  if (phone.portPath !== null) from.bench.virtual.unplug(phone.id);
  await from.bench.clock.advance(1_000);
  const { manufacturer, model, revision } = phone;
  to.bench.virtual.plug({ manufacturer, model, revision, identifiers: job.identifiers });
  await to.bench.clock.advance(2_000);
}

/** Takes a file over, with the time that the device needs to be read. */
export const take = async (
  { bench, supervisor }: Stationed,
  { content }: Pick<HandoverFile, 'content'>,
): Promise<Job> => {
  let settled = false;
  const taking = supervisor['handover.take']({ content }).finally(() => {
    settled = true;
  });
  taking.catch(() => {});
  while (!settled) await bench.clock.advance(50);
  return taking;
};
