import { z } from 'zod';
import { type Method, methods, type Reply } from '../shared/contract.ts';
import { BenchError, type ErrorCode } from '../shared/errors.ts';
import { masked } from '../shared/masking.ts';
import type { Access, MethodSpec } from '../shared/method.ts';
import { allows, factorRoles, isPrivileged } from '../shared/permissions.ts';
import type { Caller, GateSession, Handlers, SignedIn } from './handlers.ts';

const JobRef = z.object({ jobId: z.uuid() });

/** Codes by which the station says no to what was asked, as opposed to what goes wrong: each is recorded. */
const refusals: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'bad_input',
  'not_signed_in',
  'session_locked',
  'not_permitted',
  'step_up_needed',
  'mfa_needed',
  'password_change_needed',
  'notice_due',
  'password_refused',
  'state_refused',
  'identity_mismatch',
  'conflict',
  'evidence_refused',
  'legal_hold',
]);

export type RouterDeps = {
  handlers: Handlers;
  sessionOf(connection: string): GateSession | null;
  /** Somebody does something on this connection: the idle lock counts anew. */
  touch(connection: string): void;
  now(): number;
  newTraceId(): string;
  log(line: Record<string, unknown>): void;
  /** Called for every refusal, so that it can be recorded. */
  onRefused(refusal: { method: string; code: ErrorCode; operatorId: string | null; job?: string }): void;
};

/** The one gate into the station: every carrier calls this and nothing else. It never rejects. */
export function createRouter(deps: RouterDeps) {
  const { handlers, sessionOf, newTraceId, log } = deps;

  const admit = (name: Method, connection: string): Caller => {
    const session = sessionOf(connection);
    const spec: MethodSpec = methods[name];
    checkSession(spec, session);
    if (isAct(spec.access)) deps.touch(connection);
    if (spec.stepUp && (session?.stepUpUntil ?? 0) <= deps.now()) {
      throw new BenchError('step_up_needed', 'Enter your password once more to do this.');
    }
    return { connection, signedIn: session };
  };

  /** Records a refusal and answers it; where it cannot be recorded, answers that. */
  const refusal = (error: unknown, method: string, connection: string, input: unknown): unknown => {
    if (!(error instanceof BenchError) || !refusals.has(error.code)) return error;
    const job = JobRef.safeParse(input).data?.jobId;
    const operatorId = sessionOf(connection)?.operatorId ?? null;
    try {
      deps.onRefused({ method, code: error.code, operatorId, ...(job ? { job } : {}) });
      return error;
    } catch (failure) {
      return failure;
    }
  };

  const run = async (name: Method, caller: Caller, input: unknown): Promise<unknown> => {
    const spec: MethodSpec = methods[name];
    const parsed = spec.input.safeParse(input);
    if (!parsed.success) throw new BenchError('bad_input', describeIssues(parsed.error.issues));
    // The table types tie each handler to its own method; a name known only at run time cannot carry that tie.
    const handler = handlers[name] as (input: unknown, caller: Caller | SignedIn) => unknown;
    const output = await handler(parsed.data, spec.access === 'public' ? caller : signedIn(caller));
    const value = spec.output.parse(output);
    const role = sessionOf(caller.connection)?.role;
    return role === undefined || allows(role, 'pii.read') ? value : masked(value);
  };

  return {
    async call(connection: string, name: string, input: unknown): Promise<Reply> {
      // A name that is none is anybody's words, and neither recorded nor logged.
      const method = Object.hasOwn(methods, name) ? (name as Method) : null;
      try {
        if (method === null) throw new BenchError('bad_input', 'The station knows no such method.');
        return { ok: true, value: await run(method, admit(method, connection), input) };
      } catch (thrown) {
        const error = refusal(thrown, method ?? 'unknown', connection, input);
        const traceId = newTraceId();
        const known =
          error instanceof BenchError
            ? error
            : new BenchError('internal', 'Something unplanned happened. Give the trace id to support.');
        log({
          level: known.code === 'internal' ? 'error' : 'info',
          traceId,
          method: method ?? 'unknown',
          code: known.code,
          cause: causeOf(error),
        });
        return { ok: false, error: { code: known.code, message: known.message, traceId } };
      }
    },
  };
}

function checkSession(spec: MethodSpec, session: GateSession | null) {
  const { access, whileLocked, whileMustChange, whileNoticeDue } = spec;
  if (access === 'public') return;
  if (!session) throw new BenchError('not_signed_in', 'Sign in first.');
  if (session.locked && !whileLocked) throw new BenchError('session_locked', 'Unlock the bench first.');
  if (session.mustChange && !whileMustChange) {
    throw new BenchError('password_change_needed', 'Your password has expired. Choose a new one first.');
  }
  if (session.noticeDue && !whileNoticeDue) {
    throw new BenchError('notice_due', 'Read and accept the privacy notice first.');
  }
  if (access === 'session') return;
  if (!allows(session.role, access)) {
    throw new BenchError('not_permitted', 'Your role does not allow this. Ask a supervisor or an admin.');
  }
  if (isPrivileged(access) && factorRoles.includes(session.role) && !session.secondFactor) {
    throw new BenchError('mfa_needed', 'Set up your second factor before you do this: under “Me”.');
  }
}

/** Screens read by themselves; what takes more than a reading permission is done by somebody. */
function isAct(access: Access): boolean {
  return access !== 'public' && access !== 'session' && !access.endsWith('.read');
}

function signedIn(caller: Caller): SignedIn {
  if (!caller.signedIn) throw new BenchError('not_signed_in', 'Sign in first.');
  return caller.signedIn;
}

/** Paths and rules, never the values: they may be personal. */
function describeIssues(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  return issues
    .slice(0, 5)
    .map(issue => `${issue.path.map(String).join('.') || 'input'}: ${issue.message}`)
    .join('; ');
}

/** Name and code of the cause and where it came from, without its message: that may hold personal data. */
function causeOf(error: unknown): string | undefined {
  const cause = error instanceof BenchError ? error.cause : error;
  if (!(cause instanceof Error)) return undefined;
  const code = 'code' in cause ? ` ${String(cause.code)}` : '';
  const frames = cause.stack?.split('\n').filter(line => /^\s+at .*\d\)?$/.test(line)) ?? [];
  return `${cause.name}${code} ${frames.slice(0, 3).join(' | ')}`;
}
