import { builtInSteps, type Checklist, type Limit, type Step } from '../../../shared/checklists.ts';
import type { FactName } from '../../../shared/device-facts.ts';
import { noIdentifiers } from '../../../shared/devices.ts';
import { BenchError } from '../../../shared/errors.ts';
import type { Authentication } from '../../../shared/events.ts';
import type { Evidence } from '../../../shared/evidence.ts';
import { unfavourable } from '../../../shared/handover.ts';
import type { EvidenceId, JobId } from '../../../shared/ids.ts';
import type { ErasureStatus, LockKind } from '../../../shared/jobs.ts';
import { type DeviceRecord, type DeviceRecordParts, notChecked, type Person } from '../../../shared/report-document.ts';
import type { ReportScope, ReportVariant } from '../../../shared/reports.ts';
import { handedOver, takenOver } from './handover-record.ts';
import type { HistoryEntry, JobHistory } from './job-history.ts';

export type JobFacts = {
  id: JobId;
  ticket: string;
  previousTicket: string | null;
  identifiedIdx: number;
  mediaSource: string | null;
  evidence: readonly Evidence[];
  /** Whether the bytes of a piece are on disk as they were recorded. */
  isWhole(id: EvidenceId): boolean;
};

type Parts = DeviceRecordParts;

/** What the journal says about one job, as the part of a report that is about its device. */
export function deviceRecord(
  history: JobHistory,
  job: JobFacts,
  scope: ReportScope,
  variant: ReportVariant,
): DeviceRecord {
  const status = erasureStatus(history);
  const { tested, signed } = covers[scope];
  const parts: Parts = {
    job: { id: job.id, ticket: job.ticket, previousTicket: job.previousTicket },
    erasureStatus: status,
    ...takenOver(history),
    ...handedOver(history),
    mediaSource: job.mediaSource,
    device: deviceBlock(history, job.identifiedIdx),
    condition: condition(history),
    locks: locks(history),
    erasure: erasure(history),
    verification: verification(history),
    validation: signed ? validation(history) : null,
    bypass: status === 'manual_bypass' ? bypass(history, job) : null,
    ...(tested ? checklist(history) : {}),
    tests: tested ? tests(history) : [],
    grade: null,
    sampling: signed ? sampling(history) : null,
    signOff: signed ? signOff(history) : null,
    evidence: variant === 'internal' ? evidence(history, job) : [],
    notes: variant === 'internal' ? notes(history) : [],
  };
  return { ...parts, notChecked: notChecked(parts) };
}

/** A report of one stage leaves out what came after it, but never the erasure: nobody may overlook a bypass or a failure. */
const covers: Record<ReportScope, { tested: boolean; signed: boolean }> = {
  intake: { tested: false, signed: false },
  reset: { tested: false, signed: false },
  functional: { tested: true, signed: false },
  qc: { tested: true, signed: true },
  master: { tested: true, signed: true },
};

const longestFact = 500;

/** As recorded here, else as it came from the station before. */
function condition(history: JobHistory): Parts['condition'] {
  const recorded = history.last('job.intake_completed');
  return recorded ? recorded.data.condition : (history.first('job.taken_over')?.data.carried.condition ?? null);
}

/** Words of a device or tool as a printed value: cut where it is too long to print, null when there are none. */
function fact(words: string | null | undefined): string | null {
  const text = words?.trim() ?? '';
  if (text === '') return null;
  return text.length > longestFact ? `${text.slice(0, longestFact - 1)}…` : text;
}

/** The last thing the journal says about the erasure. */
export function erasureStatus(history: JobHistory): ErasureStatus | null {
  const said: { idx: number; status: ErasureStatus }[] = [
    ...history.all('job.taken_over').flatMap(e => {
      const status = unfavourable(e.data.carried.erasure);
      return status ? [{ idx: e.idx, status }] : [];
    }),
    ...history.all('job.erase_started').map(e => ({ idx: e.idx, status: 'indeterminate' as const })),
    ...history
      .all('job.erase_reported')
      .flatMap(e => (e.data.success ? [] : [{ idx: e.idx, status: 'failed' as const }])),
    ...history.all('job.erase_checked').map(e => ({ idx: e.idx, status: e.data.status })),
    ...history.all('job.functional_begun').map(e => ({ idx: e.idx, status: e.data.erasure })),
    ...history
      .all('job.sample_verified')
      .flatMap(e => (e.data.passed ? [] : [{ idx: e.idx, status: 'failed' as const }])),
  ];
  return said.sort((a, b) => a.idx - b.idx).at(-1)?.status ?? null;
}

/** The device as it was read when the job began. */
export function deviceBlock(history: JobHistory, identifiedIdx: number): Parts['device'] {
  const identified = history.read('device.identified', identifiedIdx);
  const told = (name: FactName) => identified.data.facts?.find(line => line.name === name && line.known)?.value;
  const capacity = Number(told('capacity_bytes') ?? 0);
  return {
    manufacturer: fact(identified.data.manufacturer),
    marketingName: fact(told('marketing_name')),
    modelCode: fact(identified.data.model),
    capacityBytes: Number.isSafeInteger(capacity) && capacity > 0 ? capacity : null,
    colour: fact(told('colour')),
    identifiers: history.open(identified, 'identity')?.identifiers ?? noIdentifiers,
    osBefore: fact(identified.data.revision),
    osAfter: null,
    mediaType: null,
    assetTag: null,
  };
}

function someone(person: Person | null): Person {
  if (person) return person;
  throw new BenchError('report_failed', 'The journal does not say who did something that the report must name.');
}

/** Who last said how a lock stands. What a person recorded beside others, as the tool had found it, stays the tool's word. */
function lastWordOn(kind: LockKind, records: HistoryEntry<'job.locks_recorded'>[]) {
  type Said = HistoryEntry<'job.locks_recorded'> | null;
  return records.reduce<Said>((said, record) => {
    const { byTool, locks } = record.data;
    const repeats = said?.data.byTool !== undefined && said.data.locks[kind] === locks[kind];
    return (byTool === undefined ? !repeats : byTool.includes(kind)) ? record : said;
  }, null);
}

function locks(history: JobHistory): Parts['locks'] {
  const recorded = history.last('job.locks_recorded');
  if (!recorded) return [];
  const waivers = history.all('job.lock_waived').filter(w => w.idx > recorded.idx);
  const records = history.all('job.locks_recorded');
  const asked = history.all('job.locks_asked');
  return (Object.keys(recorded.data.locks) as LockKind[]).map(kind => {
    const waiver = waivers.findLast(w => w.data.lock === kind);
    const said = lastWordOn(kind, records);
    const answer = said?.data.byTool && asked.findLast(({ idx }) => idx < said.idx);
    const tool = answer && `${answer.data.tool} ${answer.data.toolVersion}`;
    return {
      kind,
      state: recorded.data.locks[kind],
      source: said ? (tool ?? 'operator') : null,
      checkedAt: said?.at ?? null,
      waiver: waiver
        ? {
            person: someone(history.person(waiver.actor)),
            at: waiver.at,
            reason: history.open(waiver, 'text')?.reason ?? null,
          }
        : null,
    };
  });
}

/** The last attempt to sanitise, as the tool reported it. */
export function erasure(history: JobHistory): Parts['erasure'] {
  const started = history.last('job.erase_started');
  if (!started) return null;
  const reported = after(history.last('job.erase_reported'), started);
  const checked = after(history.last('job.erase_checked'), started);
  const { tool, toolVersion } = started.data;
  const duration = reported && Date.parse(reported.data.endedAt) - Date.parse(reported.data.startedAt);
  return {
    category: reported?.data.category
      ? { value: reported.data.category, decidedBy: 'tool', rationale: `As reported by ${tool} ${toolVersion}.` }
      : null,
    technique: fact(reported?.data.technique),
    standard: null,
    tool: { name: tool, version: toolVersion },
    operationId: reported?.data.operationId ?? null,
    rawResultSha256: reported?.data.rawSha256 ?? null,
    startedAt: reported?.data.startedAt ?? started.at,
    endedAt: reported?.data.endedAt ?? null,
    durationMs: duration !== null && duration >= 0 ? duration : null,
    ...tries(history),
    operator: history.person(started.actor),
    failure: fact(reported && history.open(reported, 'report')?.failure) ?? fact(reported?.data.failureCode),
    checks: checked?.data.checks ?? [],
  };
}

/** Attempts at the station that the job came from count too. */
function tries(history: JobHistory): Pick<NonNullable<Parts['erasure']>, 'attempts' | 'interruptions'> {
  const before = history.first('job.taken_over')?.data.carried;
  return {
    attempts: history.all('job.erase_started').length + (before?.attempts ?? 0),
    interruptions: history.all('job.erase_interrupted').length + (before?.interruptions ?? 0),
  };
}

/** The entry when it belongs to the attempt that `started`, not to an earlier one. */
function after<E extends HistoryEntry>(entry: E | null, started: HistoryEntry): E | null {
  return entry && entry.idx > started.idx ? entry : null;
}

function verification(history: JobHistory): Parts['verification'] {
  const started = history.last('job.erase_started');
  const checked = started && after(history.last('job.erase_checked'), started);
  if (!checked) return null;
  const identity = checked.data.checks.find(c => c.name === 'identity');
  const failed = checked.data.checks.some(c => c.outcome === 'fail');
  return {
    method: verificationMethod(history, checked),
    result: failed ? 'fail' : (identity?.outcome ?? 'not_possible'),
    person: null,
    at: checked.at,
  };
}

/** What the bench itself could do after the erase; the journal keeps what the device answered, if it did. */
function verificationMethod(history: JobHistory, checked: HistoryEntry<'job.erase_checked'>): string {
  if (history.peek(checked, 'identity')?.identifiers == null) return 'identity_named_by_tool';
  const stateRead = checked.data.checks.some(
    c => (c.name === 'setup_state' || c.name === 'accounts') && c.outcome !== 'not_possible',
  );
  return stateRead ? 'identity_and_state_read_again' : 'identity_read_again';
}

function validation(history: JobHistory): Parts['validation'] {
  const signed = history.last('job.signed_off');
  if (signed) return { decision: 'accept', person: someone(history.person(signed.actor)), at: signed.at };
  const repeat = sample(history);
  return repeat && !repeat.data.passed
    ? { decision: 'repeat', person: someone(history.person(repeat.actor)), at: repeat.at }
    : null;
}

function bypass(history: JobHistory, job: JobFacts): Parts['bypass'] {
  const used = history.last('job.functional_begun')?.data.usedApproval ?? null;
  const request = history.all('job.bypass_requested').find(e => e.data.approval === used);
  const approval = history.all('job.bypass_approved').find(e => e.data.approval === used);
  if (!request || !approval)
    throw new BenchError('report_failed', 'The journal has no approved request for this bypass.');
  return {
    approvalId: request.data.approval,
    reason: request.data.reason,
    done: history.open(request, 'text')?.done ?? null,
    requestedBy: someone(history.person(request.actor)),
    requestedAt: request.at,
    approvedBy: someone(history.person(approval.actor)),
    approvedAt: approval.at,
    approvalReason: history.open(approval, 'text')?.reason ?? null,
    approverAuthentication: [...provenBy[approval.data.authenticated]],
    evidence: request.data.evidence.map(sha256 => {
      const piece = job.evidence.find(e => e.sha256 === sha256);
      if (!piece || !job.isWhole(piece.id))
        throw new BenchError('report_failed', 'Evidence of the bypass is missing or altered on this station.');
      return { id: piece.id, sha256, mediaType: piece.mediaType };
    }),
  };
}

function tests(history: JobHistory): Parts['tests'] {
  const recorded = history.all('job.step_recorded');
  if (recorded.length === 0) return [];
  return stepsOf(history).map(({ id, label, mandatory, limit }) => {
    const run = recorded.findLast(e => e.data.step === id);
    const measured = run?.data.measurement;
    return {
      id,
      ...(builtInSteps.some(step => step.id === id) ? {} : { label }),
      mandatory,
      result: run?.data.result ?? 'pending',
      reason: run ? (history.open(run, 'text')?.reason ?? null) : null,
      measurements: measured
        ? [{ name: null, value: measured.value, unit: measured.unit, limit: limitText(limit) }]
        : [],
      person: run ? history.person(run.actor) : null,
      at: run?.at ?? null,
    };
  });
}

/** The list that the functional test went by from its first beginning on. */
function listOf(history: JobHistory): Checklist | null {
  return history.first('job.functional_begun')?.data.checklist ?? null;
}

function checklist(history: JobHistory): Pick<Parts, 'checklist'> {
  const list = history.all('job.step_recorded').length === 0 ? null : listOf(history);
  return list ? { checklist: { type: list.type, version: list.version, sha256: list.sha256 } } : {};
}

const stepsOf = (history: JobHistory): readonly Step[] => listOf(history)?.steps ?? builtInSteps;

/** `≥ 80`, `≤ 5`, `3 … 5`: the same in every language. */
function limitText(limit: Limit | null): string | null {
  if (!limit) return null;
  const { min, max } = limit;
  if (min !== null && max !== null) return `${min} … ${max}`;
  return min === null ? `≤ ${max}` : `≥ ${min}`;
}

/** The last look at a sample of this very erase; one of an earlier erase says nothing about it. */
function sample(history: JobHistory): HistoryEntry<'job.sample_verified'> | null {
  const started = history.last('job.erase_started');
  return started && after(history.last('job.sample_verified'), started);
}

function sampling(history: JobHistory): Parts['sampling'] {
  const checked = history.last('job.erase_checked');
  if (!checked) return null;
  const verified = sample(history);
  return {
    drawn: checked.data.sampled,
    position: null,
    blockSize: null,
    verification: verified && {
      method: history.open(verified, 'text')?.method.slice(0, 500) ?? 'not stated',
      result: verified.data.passed ? 'pass' : 'fail',
      person: history.person(verified.actor),
      at: verified.at,
    },
  };
}

function signOff(history: JobHistory): Parts['signOff'] {
  const signed = history.last('job.signed_off');
  if (!signed) return null;
  const tester = history.last('job.step_recorded');
  return {
    tester: tester && history.person(tester.actor),
    person: someone(history.person(signed.actor)),
    at: signed.at,
    selfSignOff: signed.data.self,
  };
}

function evidence(history: JobHistory, job: JobFacts): Parts['evidence'] {
  // What another piece took the place of stays in the journal and is not printed.
  const inForce = job.evidence.filter(piece => piece.supersededBy === null);
  if (!inForce.every(piece => job.isWhole(piece.id)))
    throw new BenchError('report_failed', 'Evidence of this job is missing or altered on this station.');
  return inForce.map(piece => ({
    id: piece.id,
    stage: piece.stage,
    mediaType: piece.mediaType,
    sizeBytes: piece.sizeBytes,
    sha256: piece.sha256,
    caption: piece.caption,
    capturedBy: someone(history.person(piece.capturedBy)),
    capturedAt: piece.capturedAt,
  }));
}

function notes(history: JobHistory): Parts['notes'] {
  const reasons = [...history.all('job.held'), ...history.all('job.rejected'), ...history.all('job.failed')];
  return reasons
    .sort((a, b) => a.idx - b.idx)
    .flatMap(entry => {
      const text = history.open(entry, 'text')?.reason;
      return text === undefined ? [] : [{ person: someone(history.person(entry.actor)), at: entry.at, text }];
    });
}

const provenBy = {
  password: ['password'],
  'password+totp': ['password', 'totp'],
  'password+recovery_code': ['password', 'recovery_code'],
} as const satisfies Record<Authentication, readonly string[]>;
