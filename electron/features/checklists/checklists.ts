import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import {
  builtInSteps,
  type Checklist,
  type ChecklistInForce,
  type checklistMethods,
  DeviceType,
  SiteChecklists,
  type Step,
} from '../../../shared/checklists.ts';
import { BenchError } from '../../../shared/errors.ts';
import type { OperatorId } from '../../../shared/ids.ts';
import type { Database, Tx } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import type { Settings } from '../station/settings.ts';

type Deps = { database: Database; journal: Journal; settings: Settings; clock: Clock };

/** What is tested on a device, by its type: published by an admin of the site, version by version. */
export function createChecklists({ database, journal, settings, clock }: Deps) {
  const published = (): SiteChecklists | null => {
    const text = settings.get('checklists');
    return text === null ? null : SiteChecklists.parse(JSON.parse(text));
  };
  const stored = () => published() ?? { lists: {}, names: {} };
  const keep = (tx: Tx, lists: SiteChecklists) => settings.set(tx, 'checklists', JSON.stringify(lists));
  const inForce = (type: DeviceType): ChecklistInForce =>
    stored().lists[type] ?? { ...versioned(type, 1, builtInSteps), publishedAt: null };

  const publish = (
    { type, basedOn, steps }: { type: DeviceType; basedOn: number; steps: Step[] },
    actor: OperatorId,
  ): ChecklistInForce => {
    const before = inForce(type);
    if (before.version !== basedOn)
      throw new BenchError(
        'conflict',
        `Version ${before.version} was published meanwhile. Look at it and change that one.`,
      );
    const { lists, names } = stored();
    assertSound(steps, new Map([...builtIn, ...Object.entries(names)]));
    const list = versioned(type, before.version + 1, steps);
    const next = { ...list, publishedAt: new Date(clock.now()).toISOString() };
    const known = { ...names, ...Object.fromEntries(steps.map(({ id, label }) => [id, label])) };
    database.write(tx => {
      keep(tx, { lists: { ...lists, [type]: next }, names: known });
      journal.append(tx, { type: 'checklist.published', actor, data: list });
    });
    return next;
  };

  return {
    handlers: {
      'checklists.get': () => DeviceType.options.map(inForce),
      'checklists.publish': (input, { operatorId }) => publish(input, operatorId),
    } satisfies Pick<Handlers, keyof typeof checklistMethods>,
    /** What a functional test that begins now goes by. */
    current: (type: DeviceType): Checklist => withoutTime(inForce(type)),
    published,
    /** Takes over what the benches of the site agreed on; jobs under test keep their list. */
    adopt(tx: Tx, agreed: SiteChecklists) {
      const before = stored().lists;
      keep(tx, agreed);
      for (const list of Object.values(agreed.lists))
        if (list.sha256 !== before[list.type]?.sha256)
          journal.append(tx, { type: 'checklist.adopted', data: withoutTime(list) });
    },
  };
}

export type Checklists = ReturnType<typeof createChecklists>;

const withoutTime = ({ publishedAt: _, ...list }: ChecklistInForce): Checklist => list;

const builtIn = builtInSteps.map(({ id, label }) => [id, label] as const);

function versioned(type: DeviceType, version: number, steps: readonly Step[]): Checklist {
  const text = canonicalize({ type, version, steps }) ?? '';
  return { type, version, sha256: createHash('sha256').update(text, 'utf8').digest('hex'), steps: [...steps] };
}

/** Throws `bad_input` for a list that nobody could go by, or that gives an old step a new meaning. */
function assertSound(steps: readonly Step[], names: ReadonlyMap<string, string>): void {
  const refuse = (message: string) => new BenchError('bad_input', message);
  if (!steps.some(({ mandatory }) => mandatory))
    throw refuse('No step needs a result: every device would pass. Make one of them mandatory.');
  const ids = new Set<string>();
  const decided = new Set<string>();
  for (const { id, label, diagnostics } of steps) {
    if (ids.has(id)) throw refuse(`Two steps have the name ${id}. Give one of them another.`);
    ids.add(id);
    const known = names.get(id);
    if (known !== undefined && known !== label)
      throw refuse(`The step ${id} means “${known}” in earlier reports. Add a new step instead of renaming it.`);
    const shared = diagnostics.find(test => decided.has(test));
    if (shared) throw refuse(`Two steps are decided by the tool’s test ${shared}. One step can be.`);
    for (const test of diagnostics) decided.add(test);
  }
}
