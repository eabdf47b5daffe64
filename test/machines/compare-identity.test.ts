import { expect, test } from 'vitest';
import { compareIdentity } from '../../electron/features/jobs/job.guards.ts';

const ids = (imei: string[], serial: string[] = []) => ({ serial, imei, meid: [], eid: [] });

test.each([
  { what: 'both numbers again', expected: ids(['a', 'b']), read: ids(['b', 'a']), is: 'same' },
  { what: 'one of two numbers', expected: ids(['a', 'b']), read: ids(['a']), is: 'same' },
  { what: 'a second number that was hidden before', expected: ids(['a']), read: ids(['a', 'c']), is: 'same' },
  { what: 'one number of two replaced', expected: ids(['a', 'b']), read: ids(['a', 'c']), is: 'other' },
  { what: 'another serial with the same number', expected: ids(['a'], ['s']), read: ids(['a'], ['t']), is: 'other' },
  { what: 'another kind of number', expected: ids(['a']), read: ids([], ['s']), is: 'unreadable' },
  { what: 'nothing', expected: ids(['a']), read: null, is: 'unreadable' },
])('$what: $is', ({ expected, read, is }) => {
  expect(compareIdentity(expected, read)).toBe(is);
});
