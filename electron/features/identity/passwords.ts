import { hash, verify } from '@node-rs/argon2';

/** OWASP's argon2id profile of 19 MiB, two passes, one lane; argon2id is the library's default algorithm. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const current = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$`;
/** At most so many at once: device work keeps a core. */
const lanes = 2;

/** Hashing of passwords and PINs, off the main thread, in the order in which it is asked for. */
export function createPasswords() {
  const waiting: (() => void)[] = [];
  let free = lanes;
  const inLane = async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free--;
    else await new Promise<void>(resolve => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
  return {
    /** PHC string of a password. */
    hash: (password: string) => inLane(() => hash(password.normalize('NFKC'), cost)),
    check: (phc: string, password: string) => inLane(() => verify(phc, password.normalize('NFKC'))),
    /** True for a hash of other parameters than those of today. */
    isOutdated: (phc: string) => !phc.startsWith(current),
  };
}

export type Passwords = ReturnType<typeof createPasswords>;
