import { assign, setup } from 'xstate';
import { unfavourable } from '../../../shared/handover.ts';
import type { JobPlace, PostEraseCheck } from '../../../shared/jobs.ts';
import { type JobGuards, refuse } from './job.guards.ts';
import type { HoldablePlace, JobContext, JobEvent, JobInput } from './job.types.ts';

const holdable: Record<HoldablePlace, string> = {
  intake: '#job.intake',
  'reset.awaiting_start': '#job.reset.awaiting_start',
  'reset.interrupted': '#job.reset.interrupted',
  'reset.erased': '#job.reset.erased',
  'reset.erase_failed': '#job.reset.erase_failed',
  'reset.bypass_requested': '#job.reset.bypass_requested',
  'reset.bypass_approved': '#job.reset.bypass_approved',
  functional: '#job.functional',
  qc: '#job.qc',
};

const namesOf = (checks: PostEraseCheck[], outcome: PostEraseCheck['outcome']) =>
  checks.filter(check => check.outcome === outcome).map(check => check.name);

const eraseStart = { guard: 'mayStartErase', target: '#job.reset.erasing', actions: 'startErase' } as const;
const bypassRequest = {
  guard: 'mayRequestBypass',
  target: '#job.reset.bypass_requested',
  actions: 'noteRequest',
} as const;
const recordLocks = { actions: 'noteLocks' } as const;
const waiveLock = { guard: 'mayWaive', actions: 'noteWaiver' } as const;
const fail = { target: '#job.failed' } as const;
const handOver = { guard: 'mayHandOver', target: '#job.handed_over' } as const;
const hold = (place: HoldablePlace) =>
  ({ target: '#job.on_hold', actions: { type: 'noteHold', params: { place } } }) as const;

const setupJob = (refuse: JobGuards) =>
  setup({
    types: { context: {} as JobContext, events: {} as JobEvent, input: {} as JobInput },
    guards: {
      mayStartErase: ({ context, event }) =>
        event.type === 'erase.started' && refuse.eraseStart(context, event) === null,
      mayRequestBypass: ({ context, event }) =>
        event.type === 'bypass.requested' && refuse.bypassRequest(context, event) === null,
      mayHandOver: ({ context, event }) => event.type === 'job.handed_over' && refuse.handOver(context, event) === null,
      mayWaive: ({ context, event }) => event.type === 'lock.waived' && refuse.waive(context, event) === null,
    },
    actions: {
      startErase: assign(({ context, event }) =>
        event.type !== 'erase.started'
          ? {}
          : {
              attempts: context.attempts + 1,
              attempt: { startedAt: event.at, rebootUntil: null },
              erasure: 'indeterminate' as const,
              exceptions: [],
              eraseOperators: [...new Set([...context.eraseOperators, event.by])],
              // A look at an earlier erase says nothing about this one.
              sampling: { ...context.sampling, verifiedBy: null },
            },
      ),
      noteRequest: assign(({ event }) =>
        event.type !== 'bypass.requested'
          ? {}
          : { approval: { id: event.approval, requestedBy: event.by, approvedBy: null, expiresAt: null } },
      ),
      noteLocks: assign(({ event }) => (event.type !== 'locks.recorded' ? {} : { locks: event.locks, waived: [] })),
      noteWaiver: assign(({ context, event }) =>
        event.type !== 'lock.waived' ? {} : { waived: [...new Set([...context.waived, event.lock])] },
      ),
      noteTakeOver: assign(({ context, event }) =>
        event.type !== 'job.taken_over'
          ? {}
          : {
              takenOver: event.handover,
              condition: event.carried.condition,
              attempts: event.carried.attempts,
              interruptions: event.carried.interruptions,
              erasure: unfavourable(event.carried.erasure),
              eraseOperators: [...new Set([...context.eraseOperators, ...event.carried.eraseOperators])],
              sampling: { drawn: context.sampling.drawn || event.carried.drawn, verifiedBy: null },
            },
      ),
      noteChecklist: assign(({ context, event }) =>
        event.type !== 'functional.begun' ? {} : { checklist: context.checklist ?? event.checklist },
      ),
      noteHold: assign((_, params: { place: HoldablePlace }) => ({ heldFrom: params.place })),
    },
  });

/**
 * One job from intake to its end, under the given guards. Pure: it starts nothing and waits for nothing; expiries and
 * watchdogs are events whose time the guard compares. A step that no guard lets through leaves the state as it was.
 */
export const createJobMachine = (refuse: JobGuards) =>
  setupJob(refuse).createMachine({
    id: 'job',
    initial: 'intake',
    context: ({ input: { inherited, ...input } }) => ({
      ...input,
      condition: null,
      attempts: 0,
      interruptions: 0,
      attempt: null,
      erasure: null,
      exceptions: [],
      eraseOperators: inherited?.eraseOperators ?? [],
      approval: null,
      usedApprovals: [],
      steps: {},
      testers: [],
      locks: { activation: 'unknown', frp: 'unknown', mdm: 'unknown', blacklist: 'unknown' },
      waived: [],
      sampling: { drawn: inherited != null, verifiedBy: null },
      selfSignedOff: false,
      heldFrom: null,
    }),
    states: {
      intake: {
        on: {
          'intake.completed': {
            guard: ({ context, event }) => refuse.intake(context, event) === null,
            target: 'reset',
            actions: assign(({ event }) => ({ condition: event.condition })),
          },
          'job.taken_over': [
            {
              guard: ({ context, event }) =>
                event.carried.condition !== null && refuse.takeOver(context, event) === null,
              target: 'reset',
              actions: 'noteTakeOver',
            },
            {
              guard: ({ context, event }) =>
                event.carried.condition === null && refuse.takeOver(context, event) === null,
              actions: 'noteTakeOver',
            },
          ],
          'job.handed_over': handOver,
          'job.failed': fail,
          'job.held': hold('intake'),
        },
      },
      reset: {
        initial: 'awaiting_start',
        states: {
          awaiting_start: {
            on: {
              'erase.started': eraseStart,
              'job.handed_over': handOver,
              'job.failed': fail,
              'job.held': hold('reset.awaiting_start'),
            },
          },
          erasing: {
            on: {
              'erase.rebooting': {
                actions: assign(({ context, event }) => ({
                  attempt: context.attempt && { ...context.attempt, rebootUntil: event.until },
                })),
              },
              'erase.interrupted': {
                guard: ({ context, event }) => refuse.unplugged(context, event) === null,
                target: 'interrupted',
                actions: assign(({ context }) => ({ interruptions: context.interruptions + 1, attempt: null })),
              },
              'erase.reported': [
                { guard: ({ context, event }) => refuse.eraseResult(context, event) === null, target: 'verifying' },
                { target: 'erase_failed', actions: assign({ erasure: 'failed', attempt: null }) },
              ],
            },
          },
          interrupted: {
            on: {
              'erase.started': eraseStart,
              'bypass.requested': bypassRequest,
              'job.handed_over': handOver,
              'job.failed': fail,
              'job.held': hold('reset.interrupted'),
            },
          },
          verifying: {
            on: {
              'erase.checked': [
                {
                  guard: ({ context, event }) => refuse.identityAfter(context, event) !== null,
                  target: 'erase_failed',
                  actions: assign({ erasure: 'indeterminate', attempt: null }),
                },
                {
                  guard: ({ context, event }) => refuse.postEraseChecks(context, event) !== null,
                  target: 'erase_failed',
                  actions: assign({ erasure: 'failed', attempt: null }),
                },
                {
                  target: 'erased',
                  actions: assign(({ context, event }) => {
                    const exceptions = namesOf(event.checks, 'not_possible');
                    return {
                      erasure:
                        exceptions.length > 0 ? ('erased_with_exceptions' as const) : ('erased_verified' as const),
                      exceptions,
                      attempt: null,
                      sampling: { ...context.sampling, drawn: context.sampling.drawn || event.drawn },
                    };
                  }),
                },
              ],
              'erase.interrupted': {
                target: 'interrupted',
                actions: assign(({ context }) => ({ interruptions: context.interruptions + 1, attempt: null })),
              },
            },
          },
          erased: {
            on: {
              'functional.begun': { target: '#job.functional', actions: 'noteChecklist' },
              'job.handed_over': handOver,
              'job.failed': fail,
              'job.held': hold('reset.erased'),
            },
          },
          erase_failed: {
            on: {
              'erase.started': eraseStart,
              'bypass.requested': bypassRequest,
              'job.handed_over': handOver,
              'job.failed': fail,
              'job.held': hold('reset.erase_failed'),
            },
          },
          bypass_requested: {
            on: {
              'bypass.approved': {
                guard: ({ context, event }) => refuse.bypassDecision(context, event) === null,
                target: 'bypass_approved',
                actions: assign(({ context, event }) => ({
                  approval: context.approval && {
                    ...context.approval,
                    approvedBy: event.by,
                    expiresAt: event.expiresAt,
                  },
                })),
              },
              'bypass.denied': {
                guard: ({ context, event }) => refuse.bypassDecision(context, event) === null,
                target: 'erase_failed',
                actions: assign({ approval: null }),
              },
              'job.failed': fail,
              'job.held': hold('reset.bypass_requested'),
            },
          },
          bypass_approved: {
            on: {
              'bypass.expired': {
                guard: ({ context, event }) => refuse.bypassExpiry(context, event) === null,
                target: 'erase_failed',
                actions: assign({ approval: null }),
              },
              'bypass.revoked': {
                guard: ({ context, event }) => refuse.bypassRevocation(context, event) === null,
                target: 'erase_failed',
                actions: assign({ approval: null }),
              },
              'functional.begun': {
                guard: ({ context, event }) => refuse.useApproval(context, event) === null,
                target: '#job.functional',
                actions: [
                  'noteChecklist',
                  assign(({ context }) => ({
                    erasure: 'manual_bypass' as const,
                    usedApprovals: context.approval
                      ? [...context.usedApprovals, context.approval.id]
                      : context.usedApprovals,
                    approval: null,
                  })),
                ],
              },
              'job.failed': fail,
              'job.held': hold('reset.bypass_approved'),
            },
          },
        },
      },
      functional: {
        on: {
          'step.recorded': {
            guard: ({ context, event }) => refuse.step(context, event) === null,
            actions: assign(({ context, event }) => ({
              steps: { ...context.steps, [event.step]: event.result },
              testers: [...new Set([...context.testers, event.by])],
            })),
          },
          'locks.recorded': recordLocks,
          'lock.waived': waiveLock,
          'functional.finished': { guard: ({ context }) => refuse.functionalEnd(context) === null, target: 'qc' },
          'job.handed_over': handOver,
          'job.failed': fail,
          'job.held': hold('functional'),
        },
      },
      qc: {
        on: {
          'locks.recorded': recordLocks,
          'lock.waived': waiveLock,
          'sample.verified': [
            {
              guard: ({ context, event }) =>
                refuse.sample(context, event) === null && refuse.sampleResult(context, event) === null,
              actions: assign(({ context, event }) => ({ sampling: { ...context.sampling, verifiedBy: event.by } })),
            },
            {
              guard: ({ context, event }) => refuse.sample(context, event) === null,
              target: 'reset',
              actions: assign({ erasure: 'failed' }),
            },
          ],
          'job.signed_off': {
            guard: ({ context, event }) => refuse.signOff(context, event) === null,
            target: 'completed',
            actions: assign(({ context, event }) => ({
              selfSignedOff: context.testers.includes(event.by) || event.testerAgain,
            })),
          },
          'job.rejected': 'functional',
          'job.handed_over': handOver,
          'job.failed': fail,
          'job.held': hold('qc'),
        },
      },
      on_hold: {
        on: {
          // Revoked while it waits: the job is released to where it can be erased or asked for again.
          'bypass.revoked': {
            guard: ({ context, event }) =>
              context.heldFrom === 'reset.bypass_approved' && refuse.bypassRevocation(context, event) === null,
            actions: assign({ approval: null, heldFrom: 'reset.erase_failed' }),
          },
          'job.released': (Object.keys(holdable) as HoldablePlace[]).map(place => ({
            guard: ({ context }) => refuse.release(context, place) === null,
            target: holdable[place],
            actions: assign({ heldFrom: null }),
          })),
        },
      },
      completed: { type: 'final' },
      failed: { type: 'final' },
      handed_over: { type: 'final' },
    },
  });

export const jobMachine = createJobMachine(refuse);

/** The machine's state value as one word. */
export function placeOf(value: unknown): JobPlace {
  if (typeof value === 'string') return value as JobPlace;
  return `reset.${(value as { reset: string }).reset}` as JobPlace;
}
