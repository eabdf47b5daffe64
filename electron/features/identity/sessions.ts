import type { SecondFactor } from '../../../shared/identity.ts';
import type { OperatorId } from '../../../shared/ids.ts';
import type { Role } from '../../../shared/permissions.ts';

export type ActiveSession = {
  connection: string;
  sessionId: string;
  /** Ids that this session had before it was unlocked or stepped up. */
  earlierIds: readonly string[];
  operatorId: OperatorId;
  name: string;
  role: Role;
  locked: boolean;
  /** ms since 1970; null when no password was given lately. */
  stepUpUntil: number | null;
  signedInBy: 'password' | 'badge';
  secondFactor: SecondFactor;
  mustChange: boolean;
  noticeDue: boolean;
  /** ms since 1970. */
  startedAt: number;
  lastTouch: number;
};

export type SessionChange = Partial<Omit<ActiveSession, 'connection' | 'operatorId' | 'name' | 'role'>>;

/** Who is signed in on which connection. Lives in memory: a restart signs everybody out. */
export function createSessions() {
  const byConnection = new Map<string, ActiveSession>();
  return {
    of: (connection: string): ActiveSession | null => byConnection.get(connection) ?? null,
    open: (session: ActiveSession) => byConnection.set(session.connection, session),
    update(connection: string, change: SessionChange): ActiveSession | null {
      const session = byConnection.get(connection);
      if (!session) return null;
      const next = { ...session, ...change };
      byConnection.set(connection, next);
      return next;
    },
    end(connection: string): ActiveSession | null {
      const session = byConnection.get(connection) ?? null;
      byConnection.delete(connection);
      return session;
    },
    /** The sessions of a person, the oldest sign-in first. */
    ofOperator: (operatorId: OperatorId) => [...byConnection.values()].filter(s => s.operatorId === operatorId),
    all: () => [...byConnection.values()],
  };
}

export type Sessions = ReturnType<typeof createSessions>;
