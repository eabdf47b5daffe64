import type { TestResult } from '../../../../shared/jobs.ts';
import type { DeviceRecord } from '../../../../shared/report-document.ts';
import type { Block, Cell, Fact, Tone } from './blocks.ts';
import { createWords, fact, facts, type Words } from './facts.ts';
import { formatCapacity, formatNumber } from './format.ts';
import type { Texts } from './texts.ts';

/** Everything a document says about one device. */
export function deviceBlocks(
  record: DeviceRecord,
  utcOffsetMinutes: number,
  texts: Texts,
  pictured: ReadonlySet<string>,
): Block[] {
  const words = createWords(utcOffsetMinutes, texts);
  return [
    ...bypass(record, words),
    ...section(texts.section.device, deviceFacts(record, words)),
    ...section(record.bypass ? texts.section.attempts : texts.section.erasure, erasureFacts(record, words)),
    ...checks(record, words),
    ...section(texts.section.verification, verification(record, words)),
    ...takenOver(record, words),
    ...handedOver(record, words),
    ...locks(record, words),
    ...tests(record, words),
    ...section(texts.section.condition, condition(record, words)),
    ...section(texts.section.quality, quality(record, words)),
    ...evidence(record, words),
    ...pictures(record, pictured),
    ...notes(record, words),
    ...notChecked(record, words),
  ];
}

function section(title: string, entries: readonly Fact[]): Block[] {
  if (entries.length === 0) return [];
  return [
    { kind: 'heading', level: 2, text: title },
    { kind: 'facts', facts: entries },
  ];
}

/** What is known of the thing itself. */
export function deviceFacts(
  { device: d, mediaSource, condition: c }: Pick<DeviceRecord, 'device' | 'mediaSource' | 'condition'>,
  { texts }: Words,
): Fact[] {
  const { label } = texts;
  const { serial, imei, meid, eid } = d.identifiers;
  return facts([
    fact(label.manufacturer, d.manufacturer),
    fact(label.marketingName, d.marketingName),
    fact(label.modelCode, d.modelCode),
    fact(label.capacity, d.capacityBytes === null ? null : formatCapacity(d.capacityBytes, texts.decimalMark)),
    fact(label.colour, d.colour),
    fact(label.serial, serial),
    fact(label.imei, imei[0]),
    fact(label.imei2, imei[1]),
    fact(label.meid, meid),
    fact(label.eid, eid),
    fact(label.osBefore, d.osBefore),
    fact(label.osAfter, d.osAfter),
    fact(label.mediaType, d.mediaType),
    fact(label.assetTag, d.assetTag),
    fact(label.mediaSource, mediaSource),
    fact(label.simCard, c && texts.presence[c.simCard]),
    fact(label.memoryCard, c && texts.presence[c.memoryCard]),
  ]);
}

/** How it was sanitised, and what came of it. */
export function erasureFacts({ erasure: e }: Pick<DeviceRecord, 'erasure'>, { texts, instant, person }: Words): Fact[] {
  if (!e) return [];
  const { label } = texts;
  const tool = e.tool && [e.tool.name, e.tool.version].filter(part => part !== null).join(' ');
  return facts([
    fact(label.category, e.category && categoryText(e.category, texts), 'wide'),
    fact(label.started, instant(e.startedAt)),
    fact(label.ended, instant(e.endedAt)),
    fact(label.duration, e.durationMs === null ? null : texts.duration(e.durationMs)),
    fact(label.attempts, texts.attempts(e.attempts, e.interruptions)),
    fact(label.tool, tool),
    fact(label.operator, person(e.operator)),
    fact(label.technique, e.technique),
    fact(label.standard, e.standard),
    fact(label.operationId, e.operationId),
    fact(label.rationale, e.category?.rationale, 'wide'),
    fact(label.failure, e.failure, 'wide'),
    fact(label.rawResult, e.rawResultSha256, 'wide'),
  ]);
}

function categoryText(category: NonNullable<NonNullable<DeviceRecord['erasure']>['category']>, texts: Texts): string {
  return `${texts.category[category.value]} (${texts.decidedBy[category.decidedBy]}), ${texts.categoryTerms}`;
}

const checkTone = { pass: 'good', fail: 'bad', not_possible: 'warn' } as const satisfies Record<string, Tone>;

function checks({ erasure: e }: DeviceRecord, { texts }: Words): Block[] {
  if (!e || e.checks.length === 0) return [];
  return [
    {
      kind: 'table',
      columns: [
        { title: texts.label.check, share: 0.5 },
        { title: texts.label.outcome, share: 0.5 },
      ],
      rows: e.checks.map(({ name, outcome }): Cell[] => [
        texts.check[name],
        { text: texts.checkOutcome[outcome], tone: checkTone[outcome] },
      ]),
    },
  ];
}

function bypass({ bypass: b }: DeviceRecord, { texts, instant, person }: Words): Block[] {
  if (!b) return [];
  const { label } = texts;
  const by = (who: string | null, at: string | null) => [who, at].filter(part => part !== null).join(', ');
  return [
    {
      kind: 'callout',
      mark: 'manual_bypass',
      title: texts.section.bypass,
      facts: facts([
        fact(label.reason, texts.bypassReason[b.reason], 'wide'),
        fact(label.done, b.done, 'wide'),
        fact(label.requestedBy, by(person(b.requestedBy), instant(b.requestedAt)), 'wide'),
        fact(label.approvedBy, by(person(b.approvedBy), instant(b.approvedAt)), 'wide'),
        fact(label.approvalReason, b.approvalReason, 'wide'),
        fact(label.authentication, b.approverAuthentication.map(a => texts.authentication[a]).join(' + '), 'wide'),
        ...b.evidence.map(item => fact(label.evidenceHash, item.sha256, 'wide')),
      ]),
    },
  ];
}

type Verified = NonNullable<DeviceRecord['verification']>;

function verificationText(v: Verified, { texts, instant, person }: Words): string {
  return `${texts.verificationResult[v.result]}: ${Object.hasOwn(texts.method, v.method) ? texts.method[v.method] : v.method}, ${person(v.person) ?? texts.byBench}, ${instant(v.at)}`;
}

function verification({ verification: v, validation }: DeviceRecord, words: Words): Fact[] {
  const { texts, instant, person } = words;
  const { label } = texts;
  return facts([
    fact(label.verification, v && verificationText(v, words), 'wide'),
    fact(
      label.validation,
      validation && `${texts.validation[validation.decision]}, ${person(validation.person)}, ${instant(validation.at)}`,
      'wide',
    ),
  ]);
}

function takenOver({ takenOver: from }: DeviceRecord, { texts, instant, person }: Words): Block[] {
  if (!from) return [];
  const { label } = texts;
  const by = [instant(from.at), person(from.person)].filter(part => part !== null).join(', ');
  const entries = facts([
    fact(label.station, from.station),
    fact(label.ticketThere, from.ticket),
    fact(label.takenOverAt, by),
    fact(label.attemptsThere, texts.attempts(from.attempts, from.interruptions)),
    fact(label.statusThere, texts.status[from.erasureStatus ?? 'none'].headline),
    fact(label.sampling, from.drawn ? texts.drawn : texts.notDrawn),
    fact(label.journalThere, from.origin, 'wide'),
    fact(label.handoverFile, from.fileSha256, 'wide'),
  ]);
  return [...section(texts.section.takenOver, entries), { kind: 'paragraph', text: texts.takenOverNote, quiet: true }];
}

function handedOver({ handedOver: to }: DeviceRecord, { texts, instant, person }: Words): Block[] {
  if (!to) return [];
  const { label, section: sections } = texts;
  const by = [instant(to.at), person(to.person)].filter(part => part !== null).join(', ');
  return [
    ...section(
      sections.handedOver,
      facts([fact(label.handedOverAt, by, 'wide'), fact(label.handoverFile, to.fileSha256, 'wide')]),
    ),
    { kind: 'paragraph', text: texts.handedOverNote, quiet: true },
  ];
}

const lockTone = { clear: 'good', locked: 'bad', unknown: 'open' } as const satisfies Record<string, Tone>;

function locks({ locks: list }: DeviceRecord, { texts, instant, person }: Words): Block[] {
  if (list.length === 0) return [];
  const { label } = texts;
  return [
    { kind: 'heading', level: 2, text: texts.section.locks },
    {
      kind: 'table',
      columns: [
        { title: label.lock, share: 0.27 },
        { title: label.state, share: 0.17 },
        { title: label.source, share: 0.2 },
        { title: label.time, share: 0.36 },
      ],
      rows: list.map(({ kind, state, source, checkedAt, waiver }): Cell[] => [
        texts.lock[kind],
        { text: texts.lockState[state], tone: lockTone[state] },
        source ?? '–',
        [
          instant(checkedAt),
          waiver &&
            [texts.waived, person(waiver.person), instant(waiver.at), waiver.reason]
              .filter(part => part !== null)
              .join(', '),
        ]
          .filter(part => part !== null)
          .join('\n') || '–',
      ]),
    },
  ];
}

const resultTone = { pass: 'good', fail: 'bad', skip: 'open', pending: 'open' } as const satisfies Record<
  TestResult,
  Tone
>;

function tests({ tests: list, checklist: by }: DeviceRecord, { texts }: Words): Block[] {
  if (list.length === 0) return [];
  const { label } = texts;
  return [
    { kind: 'heading', level: 2, text: texts.section.tests },
    {
      kind: 'table',
      columns: [
        { title: label.step, share: 0.28 },
        { title: label.result, share: 0.14 },
        { title: label.measured, share: 0.2 },
        { title: label.limit, share: 0.14 },
        { title: label.note, share: 0.24 },
      ],
      rows: list.map((test): Cell[] => [
        texts.step[test.id] ?? test.label ?? test.id,
        { text: texts.result[test.result], tone: resultTone[test.result] },
        test.measurements.map(m => measured(m, texts.decimalMark)).join('\n'),
        test.measurements.map(m => m.limit ?? '').join('\n'),
        test.reason ?? '',
      ]),
    },
    ...(by ? [listOf(by, texts)] : []),
  ];
}

function listOf({ type, version, sha256 }: NonNullable<DeviceRecord['checklist']>, texts: Texts): Block {
  const text = `${texts.label.checklist}: ${texts.checklist(type, version)} · SHA-256 ${sha256}`;
  return { kind: 'paragraph', text, quiet: true };
}

function measured(m: { name: string | null; value: string; unit: string }, decimalMark: string): string {
  return [m.name, formatNumber(m.value, decimalMark), m.unit].filter(part => part !== null && part !== '').join(' ');
}

function condition({ condition: c }: DeviceRecord, { texts }: Words): Fact[] {
  if (!c) return [];
  const { label } = texts;
  return facts([
    fact(label.powersOn, c.powersOn ? texts.yes : texts.no),
    fact(label.batterySwollen, c.batterySwollen ? texts.yes : texts.no),
    fact(label.screen, texts.screen[c.screen]),
    fact(label.housing, texts.housing[c.housing]),
  ]);
}

function quality({ grade, sampling, signOff }: DeviceRecord, words: Words): Fact[] {
  const { texts, instant, person } = words;
  const { label } = texts;
  const sampled = sampling?.verification;
  return facts([
    fact(label.grade, grade && `${grade.value} (${grade.scheme})`),
    fact(label.sampling, sampling && samplingText(sampling, texts)),
    fact(label.sampleVerification, sampled && verificationText(sampled, words), 'wide'),
    fact(label.tester, signOff && person(signOff.tester)),
    fact(
      label.signOff,
      signOff &&
        `${person(signOff.person)}, ${instant(signOff.at)}${signOff.selfSignOff ? ` – ${texts.selfSignOff}` : ''}`,
      'wide',
    ),
  ]);
}

function samplingText(sampling: NonNullable<DeviceRecord['sampling']>, texts: Texts): string {
  if (!sampling.drawn) return texts.notDrawn;
  const { position, blockSize } = sampling;
  return position === null || blockSize === null ? texts.drawn : texts.samplePosition(position, blockSize);
}

function evidence({ evidence: list }: DeviceRecord, { texts, instant, person }: Words): Block[] {
  if (list.length === 0) return [];
  const { label } = texts;
  return [
    { kind: 'heading', level: 2, text: texts.section.evidence },
    {
      kind: 'table',
      columns: [
        { title: label.stage, share: 0.14 },
        { title: label.file, share: 0.28 },
        { title: label.capturedBy, share: 0.24 },
        { title: 'SHA-256', share: 0.34 },
      ],
      rows: list.map((item): Cell[] => [
        texts.stage[item.stage],
        [item.caption, `${item.mediaType}, ${formatCapacity(item.sizeBytes, texts.decimalMark)}`]
          .filter(part => part !== null)
          .join('\n'),
        [person(item.capturedBy), instant(item.capturedAt)].join('\n'),
        item.sha256,
      ]),
    },
  ];
}

/** Each picture carries the beginning of the hash by which the table above names its file. */
function pictures({ evidence: list }: DeviceRecord, pictured: ReadonlySet<string>): Block[] {
  const shown = list.filter(({ id }) => pictured.has(id));
  if (shown.length === 0) return [];
  const caption = (text: string | null, sha256: string) => [text, `${sha256.slice(0, 16)}…`].filter(Boolean).join('\n');
  return [
    { kind: 'pictures', pictures: shown.map(each => ({ id: each.id, caption: caption(each.caption, each.sha256) })) },
  ];
}

function notes({ notes: list }: DeviceRecord, { texts, instant, person }: Words): Block[] {
  if (list.length === 0) return [];
  return [
    { kind: 'heading', level: 2, text: texts.section.notes },
    ...list.flatMap((note): Block[] => [
      { kind: 'paragraph', text: `${person(note.person)}, ${instant(note.at)}`, quiet: true },
      { kind: 'paragraph', text: note.text },
    ]),
  ];
}

function notChecked({ notChecked: keys }: DeviceRecord, { texts }: Words): Block[] {
  const text =
    keys.length === 0
      ? texts.notCheckedNone
      : `${texts.notCheckedIntro} ${keys.map(key => texts.open[key]).join(', ')}.`;
  return [
    { kind: 'heading', level: 2, text: texts.section.notChecked },
    { kind: 'paragraph', text },
  ];
}
