import { createPasswords } from '../../electron/features/identity/passwords.ts';
import { addPerson, passwords, staff, startStation, testIdentityPolicy } from '../support/start-station.ts';
import { line, time } from './statistics.ts';

const people = 20;
const password = 'a sentence nobody knows';

/** A sign-in against argon2id alone; and recorded work at the bench while twenty people sign in. */
export async function benchSignIn(): Promise<string[]> {
  const bench = await startStation();
  try {
    const { admin, technician } = await staff(bench);
    const hashing = createPasswords();
    const phc = await hashing.hash(password);
    const floor = await time(20, () => hashing.check(phc, password));
    const floorNamed = { name: 'argon2id alone', timing: floor };
    const again = bench.connect('again');
    const signIn = await time(20, () =>
      again['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician }),
    );

    const clients = Array.from({ length: people }, (_, i) => bench.connect(`person ${i}`));
    for (const [i, client] of clients.entries()) {
      await addPerson(admin, client, { name: `Person ${i}`, role: 'technician', password });
    }
    const version = testIdentityPolicy.noticeVersion;
    const record = () => technician['me.accept_notice']({ version });
    const alone = await time(100, record);
    let signingIn = true;
    const crowd = Promise.all(
      clients.map(async (client, i) => {
        while (signingIn) await client['identity.sign_in']({ name: `Person ${i}`, password });
      }),
    );
    const crowded = await time(100, record);
    signingIn = false;
    await crowd;
    return [
      line('argon2id, checked once', floor),
      line('sign-in', signIn, { ...floorNamed, goal: 1.5 }),
      line('recorded act, nobody signing in', alone),
      line('recorded act, twenty signing in', crowded, { name: 'with nobody', timing: alone }),
    ];
  } finally {
    await bench.close();
  }
}
