import type { EventName, Method, methods, Output, Parsed, Payload } from '../shared/contract.ts';
import type { OperatorId } from '../shared/ids.ts';
import type { Role } from '../shared/permissions.ts';

/** Who calls, established by the gate. */
export type SignedIn = { connection: string; sessionId: string; operatorId: OperatorId; role: Role };
/** A session as the gate sees it. */
export type GateSession = SignedIn & {
  locked: boolean;
  stepUpUntil: number | null;
  /** A new password is due before anything else. */
  mustChange: boolean;
  /** The present privacy notice is not accepted yet. */
  noticeDue: boolean;
  /** The second factor was given when this session began, or was set up in it. */
  secondFactor: boolean;
};

export type Caller = { connection: string; signedIn: SignedIn | null };

type CallerOf<M extends Method> = (typeof methods)[M]['access'] extends 'public' ? Caller : SignedIn;

export type Handler<M extends Method> = (input: Parsed<M>, caller: CallerOf<M>) => Output<M> | Promise<Output<M>>;

/** One for each method of the contract; a missing or misnamed one does not compile. */
export type Handlers = { [M in Method]: Handler<M> };

/** Tells every screen whose session may see it. */
export type Publish = <E extends EventName>(event: E, payload: Payload<E>) => void;
/** Tells one connection alone. */
export type PublishTo = <E extends EventName>(connection: string, event: E, payload: Payload<E>) => void;
