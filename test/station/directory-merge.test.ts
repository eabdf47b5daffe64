import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { areSame, dated, left, mergeAccounts, withoutNamesakes } from '../../electron/features/directory/merge.ts';
import type { SiteAccount } from '../../shared/directory.ts';
import { OperatorId } from '../../shared/ids.ts';

const id = (n: number) => OperatorId.parse(`op_00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
const at = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString();
const account = (n: number, change: Partial<SiteAccount> = {}): SiteAccount => ({
  id: id(n),
  role: 'technician',
  active: true,
  name: `Person ${n}`,
  passwordHash: 'a hash',
  passwordSetAt: at(0),
  totp: null,
  changedAt: at(0),
  ...change,
});
const accounts = fc
  .uniqueArray(
    fc.record({
      n: fc.integer({ min: 1, max: 6 }),
      role: fc.constantFrom('technician', 'supervisor', 'admin'),
      active: fc.boolean(),
      passwordHash: fc.constantFrom('one', 'two'),
      time: fc.integer({ min: 0, max: 3 }),
    }),
    { selector: made => made.n },
  )
  .map(all =>
    all.map(({ n, time, active, ...rest }) => {
      const made = account(n, { ...rest, role: rest.role as SiteAccount['role'], changedAt: at(time) });
      return active ? made : left(made);
    }),
  );

describe('two directories that were changed at once', () => {
  test('everybody of either is in it, the later change stands, and who left on one side has left', () => {
    const ours = [account(1, { role: 'admin', changedAt: at(2) }), account(2), left(account(3, { changedAt: at(1) }))];
    const theirs = [account(1, { changedAt: at(1) }), account(3, { changedAt: at(9) }), account(4)];
    const merged = mergeAccounts(ours, theirs);
    expect(merged.map(made => made.id).toSorted()).toEqual([1, 2, 3, 4].map(id));
    expect(merged.find(made => made.id === id(1))?.role).toBe('admin');
    expect(merged.find(made => made.id === id(3))).toMatchObject({ active: false, name: null, passwordHash: '' });
  });

  test('nobody who left comes back, and merging the outcome again changes nothing', () => {
    fc.assert(
      fc.property(accounts, accounts, (ours, theirs) => {
        const merged = mergeAccounts(ours, theirs);
        for (const made of [...ours, ...theirs])
          if (!made.active) expect(merged.find(other => other.id === made.id)?.active).toBe(false);
        expect(areSame(mergeAccounts(merged, theirs), merged)).toBe(true);
        expect(areSame(mergeAccounts(merged, ours), merged)).toBe(true);
      }),
    );
  });

  test('of two who read alike the one that is preferred stays', () => {
    const [mine, same] = [account(1, { name: 'Tom' }), account(2, { name: 'TOM' })];
    const fold = (name: string) => name.toLowerCase();
    const kept = withoutNamesakes([mine, same, account(3)], fold, made => made.id === same.id, at(5));
    expect(kept.map(made => made.active)).toEqual([false, true, true]);
    expect(kept[0]).toMatchObject({ name: null, passwordHash: '', changedAt: at(5) });
  });

  test('what is as it was keeps the time of its change', () => {
    const base = [account(1), account(2)];
    const now = dated([account(1), account(2, { role: 'admin' }), account(3)], base, at(7));
    expect(now.map(made => made.changedAt)).toEqual([at(0), at(7), at(7)]);
  });
});
