import { useEffect, useState } from 'react';
import type { BenchError } from '../../shared/errors.ts';
import type { Session, StationInfo } from '../../shared/identity.ts';
import type { Station } from '../api.ts';
import type { Link } from '../loopback.ts';
import { writeDatesIn } from '../ui/time.ts';
import { asBenchError } from './as-bench-error.ts';

export type Entry = {
  link: Link;
  /** Null until the station has answered once. */
  info: StationInfo | null;
  session: Session | null;
  epoch: number;
  error: BenchError | null;
  enter(session: Session | null): void;
};

type Known = { info: StationInfo; session: Session | null };

/** How this screen stands with the station: the line, the station's own facts, and who is signed in on it. */
export function useEntry({ api, watchLink }: Station): Entry {
  const [link, setLink] = useState<Link>('connecting');
  const [known, setKnown] = useState<Known | null>(null);
  const [epoch, setEpoch] = useState(0);
  const [error, setError] = useState<BenchError | null>(null);

  useEffect(
    () =>
      watchLink(next => {
        setLink(next);
        if (next === 'connected') setEpoch(before => before + 1);
      }),
    [watchLink],
  );

  useEffect(() => {
    if (epoch === 0) return;
    let stopped = false;
    Promise.all([api['station.info'](), api['identity.session']()]).then(
      ([info, session]) => {
        if (stopped) return;
        writeDatesIn(session?.language ?? null);
        setKnown({ info, session });
        setError(null);
      },
      failure => setError(asBenchError(failure)),
    );
    const unsubscribe = api.on('session.changed', session => setKnown(before => withSession(before, session)));
    return () => {
      stopped = true;
      unsubscribe();
    };
  }, [api, epoch]);

  // A locked session is told nothing, so the lists load again once it is open.
  const locked = known?.session?.locked ?? false;
  const [wasLocked, setWasLocked] = useState(false);
  if (locked !== wasLocked) {
    setWasLocked(locked);
    if (!locked) setEpoch(epoch + 1);
  }

  return {
    link,
    info: known?.info ?? null,
    session: known?.session ?? null,
    epoch,
    error,
    enter(session) {
      setKnown(before => withSession(before, session));
      // The set-up has just named site and station.
      if (known?.info.setUp === false) setEpoch(epoch + 1);
    },
  };
}

function withSession(known: Known | null, session: Session | null): Known | null {
  writeDatesIn(session?.language ?? null);
  if (known === null) return null;
  return { info: { ...known.info, setUp: known.info.setUp || session !== null }, session };
}
