import { isDeepStrictEqual } from 'node:util';
import type { SiteChecklists } from '../../../shared/checklists.ts';
import {
  type BenchAccount,
  DirectoryFile,
  type DirectoryStatus,
  type directoryMethods,
  SignedDirectory,
  type SiteAccount,
  type SiteDirectory,
} from '../../../shared/directory.ts';
import { BenchError } from '../../../shared/errors.ts';
import type { OperatorId } from '../../../shared/ids.ts';
import type { SitePolicy } from '../../../shared/policy.ts';
import type { Database, Tx } from '../../database/database.ts';
import type { PersonalDataServer } from '../../drivers/central/personal-data.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Keystore } from '../../drivers/keystore/keystore.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import { subjectOf } from '../journal/subjects.ts';
import type { Settings } from '../station/settings.ts';
import { areSame, dated, isLater, left, mergeAccounts, withoutNamesakes } from './merge.ts';
import { mergeChecklists } from './merge-checklists.ts';
import {
  keepSiteKeys,
  makeSiteKeys,
  openInvitation,
  readSiteKeys,
  type SiteKeys,
  sealInvitation,
} from './site-keys.ts';

const mostRounds = 5;

/** The accounts of this bench, as the directory may read and change them. */
export type BenchAccounts = {
  list(): BenchAccount[];
  /** Brings the accounts to what the directory says, with an entry for each change; answers whose sessions must end. */
  apply(tx: Tx, accounts: readonly BenchAccount[]): OperatorId[];
  endSessions(operators: readonly OperatorId[]): void;
  /** The form in which names are compared. */
  fold(name: string): string;
};

type Deps = {
  database: Database;
  journal: Journal;
  settings: Settings;
  keystore: Keystore;
  random: Random;
  clock: Clock;
  accounts: BenchAccounts;
  /** What the site decided about accounts. */
  policy: { stored(): SitePolicy | null; adopt(tx: Tx, policy: SitePolicy): void };
  /** What its benches test on devices. */
  checklists: { published(): SiteChecklists | null; adopt(tx: Tx, agreed: SiteChecklists): void };
  isForgotten(subject: string): boolean;
  /** The server may be told. */
  onChanged(): void;
};

/**
 * The one directory of accounts of a site: the same person has the same id on every bench. Signed by the key of the site,
 * changed at any bench, carried by the server or by a file; the newest version counts.
 */
export function createDirectory(deps: Deps) {
  const { database, journal, settings, keystore, random, clock, accounts } = deps;
  let last: Promise<unknown> = Promise.resolve();
  /** One change of the directory at a time. */
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
  const nowIso = () => new Date(clock.now()).toISOString();
  const stored = (): SignedDirectory | null => {
    const text = settings.get('directory');
    return text === null ? null : SignedDirectory.parse(JSON.parse(text));
  };
  const version = () => Number(settings.get('directory-version') ?? 0);
  const mustKeys = async (): Promise<SiteKeys> => {
    const keys = await readSiteKeys(keystore);
    if (!keys)
      throw new BenchError('conflict', 'This bench belongs to no site yet. Invite another bench, or join one.');
    return keys;
  };
  const lastOf = async (keys: SiteKeys): Promise<Pick<SiteDirectory, 'users' | 'policy' | 'checklists'>> => {
    const signed = stored();
    return signed ? keys.open(signed) : { users: [], policy: null, checklists: null };
  };
  const keep = (tx: Tx, signed: SignedDirectory, number: number) => {
    settings.set(tx, 'directory', JSON.stringify(signed));
    settings.set(tx, 'directory-version', String(number));
  };
  const forgetful = (account: SiteAccount): SiteAccount =>
    deps.isForgotten(subjectOf(account.id)) ? left(account) : account;
  /** What the directory says once the accounts of this bench are in it; who is known elsewhere alone stays as they are. */
  const present = (last: readonly SiteAccount[]): SiteAccount[] => {
    const here = dated(accounts.list(), last, nowIso());
    const known = new Set(here.map(({ id }) => id));
    return [...here, ...last.filter(({ id }) => !known.has(id))].map(forgetful);
  };

  /** A new version when the accounts of this bench say something else than the last one. */
  const refresh = async (keys: SiteKeys): Promise<void> => {
    const before = await lastOf(keys);
    const users = present(before.users);
    const policy = deps.policy.stored();
    const checklists = mergeChecklists(deps.checklists.published(), before.checklists);
    const isKnown =
      areSame(users, before.users) &&
      !isLater(policy, before.policy) &&
      isDeepStrictEqual(checklists, before.checklists);
    if (stored() && isKnown) return;
    const next = version() + 1;
    const signed = await keys.seal({ site: keys.site, version: next, users, policy, checklists });
    database.write(tx => {
      keep(tx, signed, next);
      journal.append(tx, {
        type: 'directory.signed',
        data: { site: keys.site, version: next, accounts: users.length },
      });
    });
    database.purge();
    deps.onChanged();
  };

  const adoptChecklists = (tx: Tx, theirs: SiteDirectory) => {
    const ours = deps.checklists.published();
    const agreed = mergeChecklists(ours, theirs.checklists);
    if (agreed && !isDeepStrictEqual(agreed, ours)) deps.checklists.adopt(tx, agreed);
  };

  /** Takes a newer version in and adds to it what this bench changed meanwhile. */
  const take = async (keys: SiteKeys, signed: SignedDirectory): Promise<void> => {
    const theirs = await keys.open(signed);
    // Two benches may have made the same number at once: then one is merged into the other.
    const isRival = theirs.version === version() && signed.note !== stored()?.note;
    if (theirs.version <= version() && !isRival)
      throw new BenchError('conflict', `This bench has version ${version()} of the directory: this one is not newer.`);
    const ours = present((await lastOf(keys)).users);
    const known = new Set(theirs.users.map(({ id }) => id));
    const merged = withoutNamesakes(
      mergeAccounts(ours, theirs.users).map(forgetful),
      accounts.fold,
      ({ id }) => known.has(id),
      nowIso(),
    );
    if (!merged.some(isWorkingAdmin))
      throw new BenchError('conflict', 'This directory would leave no admin who can sign in. Nothing was changed.');
    const out = database.write(tx => {
      const data = { site: keys.site, version: theirs.version, accounts: theirs.users.length };
      journal.append(tx, { type: 'directory.applied', data });
      keep(tx, signed, theirs.version);
      if (theirs.policy && isLater(theirs.policy, deps.policy.stored())) deps.policy.adopt(tx, theirs.policy);
      adoptChecklists(tx, theirs);
      return accounts.apply(tx, merged);
    });
    accounts.endSessions(out);
    database.purge();
    await refresh(keys);
  };

  const status = async (): Promise<DirectoryStatus> => {
    const keys = await readSiteKeys(keystore);
    return {
      site: keys?.site ?? null,
      vkey: keys?.vkey ?? null,
      version: version(),
      accounts: accounts.list().filter(account => account.active).length,
    };
  };

  const fileOf = (keys: SiteKeys, kind: DirectoryFile['kind'], more: Partial<DirectoryFile> = {}) => {
    const directory = stored();
    if (!directory) throw new BenchError('internal', 'the directory was not signed');
    const content = JSON.stringify({ kind, directory, ...more } satisfies DirectoryFile);
    return { fileName: `${kind}-${keys.site.slice(0, 8)}-${version()}.json`, content };
  };

  const invite = async (passphrase: string) => {
    const known = await readSiteKeys(keystore);
    const keys = known ?? makeSiteKeys(random);
    if (!known) await keepSiteKeys(keystore, keys);
    await refresh(keys);
    return fileOf(keys, 'veriqko-site-invitation', { invitation: await sealInvitation(keys, passphrase, random) });
  };

  const join = async (content: string, passphrase: string): Promise<DirectoryStatus> => {
    const { directory, invitation } = readFile(content);
    if (!invitation) throw new BenchError('bad_input', 'This file is no invitation to a site.');
    if (await readSiteKeys(keystore)) throw new BenchError('conflict', 'This bench belongs to a site already.');
    const keys = await openInvitation(invitation, passphrase);
    // A crash may have come between the two last time.
    database.write(tx => settings.set(tx, 'directory-version', '0'));
    await take(keys, directory);
    await keepSiteKeys(keystore, keys);
    return status();
  };

  const handlers = {
    'directory.status': () => status(),
    'directory.invite': ({ passphrase }) => alone(() => invite(passphrase)),
    'directory.join': ({ content, passphrase }) => alone(() => join(content, passphrase)),
    'directory.export': () =>
      alone(async () => {
        const keys = await mustKeys();
        await refresh(keys);
        return fileOf(keys, 'veriqko-directory');
      }),
    'directory.import': ({ content }) =>
      alone(async () => {
        await take(await mustKeys(), readFile(content).directory);
        return status();
      }),
  } satisfies Pick<Handlers, keyof typeof directoryMethods>;

  return {
    handlers,
    /** Takes the newest version from the server, adds what changed here, and leaves it there. */
    exchange: (server: PersonalDataServer, signal: AbortSignal): Promise<void> =>
      alone(async () => {
        const keys = await readSiteKeys(keystore);
        if (!keys) return;
        let isRival = false;
        for (let round = 0; round < mostRounds; round++) {
          const newer = await server.directory(keys.site, version() - (isRival ? 1 : 0), signal);
          if (newer) await take(keys, newer);
          await refresh(keys);
          const signed = stored();
          if (!signed || settings.get('directory-sent') === String(version())) return;
          const sent = version();
          isRival = !(await server.putDirectory({ ...signed, vkey: keys.vkey }, signal));
          if (!isRival) database.write(tx => settings.set(tx, 'directory-sent', String(sent)));
        }
      }),
  };
}

export type Directory = ReturnType<typeof createDirectory>;

function isWorkingAdmin({ active, role, passwordHash }: SiteAccount): boolean {
  return active && role === 'admin' && passwordHash !== '';
}

function readFile(content: string): DirectoryFile {
  try {
    return DirectoryFile.parse(JSON.parse(content));
  } catch (cause) {
    throw new BenchError('bad_input', 'This file is no directory of a site.', { cause });
  }
}
