import { createContext, type ReactNode, use } from 'react';
import type { Session, StationInfo } from '../../shared/identity.ts';
import { allows, type Permission } from '../../shared/permissions.ts';
import type { Api } from '../api.ts';

export type Bench = {
  api: Api;
  info: StationInfo;
  session: Session;
  /** Grows with every reconnection; lists load again when it does. */
  epoch: number;
};

const BenchContext = createContext<Bench | null>(null);

export function BenchProvider({ bench, children }: { bench: Bench; children: ReactNode }) {
  return <BenchContext value={bench}>{children}</BenchContext>;
}

/** The station and who is signed in; only below `BenchProvider`. */
export function useBench(): Bench {
  const bench = use(BenchContext);
  if (bench === null) throw new Error('useBench is used outside BenchProvider');
  return bench;
}

/** Whether the signed-in role holds a permission; the station decides again on each call. */
export function useCan(): (permission: Permission) => boolean {
  const { session } = useBench();
  return permission => allows(session.role, permission);
}
