// Branches on values that are known to be equal to constants.

import { expect, test } from 'vitest';
import { useKnownEqual } from './known-equal.ts';
import { bodyAfter } from './testing.ts';

const after = (first: string, second: string): string =>
  bodyAfter(
    useKnownEqual,
    `entry.1:
  %2 = compare ${first}
  branch %2 ? then.2 : other.3
then.2:
  %3 = compare ${second}
  branch %3 ? yes.4 : other.3
yes.4:
  ret i64 1
other.3:
  ret i64 0`,
  );

test('another comparison with a constant is decided', () => {
  expect(after('eq i64 %arg1, 97', 'ne i64 %arg1, 0')).toContain('branch 1 ? yes.4');
  expect(after('eq i64 %arg1, 97', 'ugt i64 %arg1, 100')).toContain('branch 0 ? yes.4');
});

test('bounds that are tested again stay', () => {
  expect(after('ult i64 %arg1, 64', 'ult i64 %arg1, 64')).toContain('branch %3 ? yes.4');
  expect(after('ne i64 %arg1, 0', 'ne i64 %arg1, 0')).toContain('branch %3 ? yes.4');
});
