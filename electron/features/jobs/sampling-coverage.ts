import type { EntryRecord } from '../../../shared/events.ts';
import { JobId, OperatorId } from '../../../shared/ids.ts';
import type { Period, SamplingBlock, SamplingCoverage } from '../../../shared/sampling.ts';
import type { Journal } from '../journal/journal.ts';

type Deps = {
  journal: Journal;
  nameOf(operator: OperatorId): string | null;
  ticketOf(job: JobId): string;
};

const types = [
  'sampling.drawn',
  'sampling.revealed',
  'job.opened',
  'job.erase_started',
  'job.erase_checked',
  'job.sample_verified',
  'job.handed_over',
  'job.taken_over',
] as const;

type Block = SamplingBlock & { idx: number };
type Work = { sanitised: number; drawn: number; verified: number };

/** How well the sampling covers what was sanitised, counted from the journal alone. */
export function createSamplingCoverage({ journal, nameOf, ticketOf }: Deps) {
  const personOf = (actor: string | null | undefined) => OperatorId.safeParse(actor).data ?? null;

  return ({ from, to }: Period): SamplingCoverage => {
    const first = journal.firstSince(Date.parse(from));
    const opened = journal.store.ofTypes(['sampling.drawn'], 0).findLast(({ idx }) => idx < first)?.idx ?? first;
    const blocks: Block[] = [];
    const brought: Block[] = [];
    const blockOf = new Map<string, Block>();
    const eraserOf = new Map<string, OperatorId | null>();
    const work = new Map<OperatorId, Work>();
    const totals = { sanitised: 0 };
    const count = (person: OperatorId | null | undefined, what: keyof Work) => {
      if (!person) return;
      const sum = work.get(person) ?? { sanitised: 0, drawn: 0, verified: 0 };
      work.set(person, { ...sum, [what]: sum[what] + 1 });
    };
    const give = (block: Block, job: string) => {
      const jobId = JobId.parse(job);
      Object.assign(block, { jobId, ticket: ticketOf(jobId), state: 'outstanding' });
      blockOf.set(job, block);
    };

    for (const { idx, type, actor, job } of journal.store.ofTypes(types, opened)) {
      const { at, data } = journal.entry(idx);
      const inPeriod = idx >= first && at < to;
      const block = blocks.at(-1);
      const mine = job === null ? undefined : blockOf.get(job);
      if (type === 'sampling.drawn') {
        const { block: number } = data as EntryRecord<'sampling.drawn'>;
        blocks.push(newBlock(idx, at, number));
      }
      if (type === 'sampling.revealed' && block) block.drawnAt = at;
      if (type === 'job.opened' && job !== null) {
        const { previous, inheritsDraw } = data as EntryRecord<'job.opened'>;
        const inherited = inheritsDraw && previous !== null ? blockOf.get(previous) : undefined;
        if (inherited) give(inherited, job);
      }
      if (type === 'job.erase_started' && job !== null) {
        eraserOf.set(job, personOf(actor));
        if (mine) Object.assign(mine, { state: 'outstanding', verifiedAt: null, verifierName: null });
      }
      if (type === 'job.erase_checked' && job !== null) {
        const { to: place, sampled } = data as EntryRecord<'job.erase_checked'>;
        if (place !== 'reset.erased') continue;
        const drawnNow = sampled && !mine && block?.drawnAt != null && block.jobId === null;
        if (block && (drawnNow || !sampled)) block.taken++;
        if (drawnNow) give(block, job);
        if (!inPeriod) continue;
        totals.sanitised++;
        count(eraserOf.get(job), 'sanitised');
        if (drawnNow) count(eraserOf.get(job), 'drawn');
      }
      if (type === 'job.taken_over' && job !== null && !mine) {
        const { carried } = data as EntryRecord<'job.taken_over'>;
        if (carried.drawn) {
          const came = { ...newBlock(idx, at, null), drawnAt: at };
          brought.push(came);
          give(came, job);
        }
      }
      if (type === 'job.handed_over' && mine?.state === 'outstanding') mine.state = 'handed_over';
      if (type === 'job.sample_verified') {
        const { passed } = data as EntryRecord<'job.sample_verified'>;
        const by = personOf(actor);
        const state = passed ? 'verified' : 'failed';
        if (mine) Object.assign(mine, { state, verifiedAt: at, verifierName: by && nameOf(by) });
        if (inPeriod) count(by, 'verified');
      }
    }

    const shown = [...blocks, ...brought].filter(
      block => block.openedAt < to && (block.idx >= first || block.drawnAt === null || block.drawnAt >= from),
    );
    const inState = (state: SamplingBlock['state']) => shown.filter(block => block.state === state).length;
    return {
      from,
      to,
      blocks: shown.map(({ idx: _, ...block }) => block),
      sanitised: totals.sanitised,
      drawn: shown.length - inState('open'),
      verified: inState('verified'),
      failed: inState('failed'),
      outstanding: inState('outstanding'),
      handedOver: inState('handed_over'),
      operators: [...work].map(([operator, sums]) => ({ operator, operatorName: nameOf(operator), ...sums })),
    };
  };
}

function newBlock(idx: number, openedAt: string, block: number | null): Block {
  return {
    idx,
    block,
    openedAt,
    taken: 0,
    drawnAt: null,
    jobId: null,
    ticket: null,
    state: 'open',
    verifiedAt: null,
    verifierName: null,
  };
}
