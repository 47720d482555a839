// Calls replaced by bodies.

import { expect, test } from 'vitest';
import { compileC } from '../compile.ts';

test('what stands behind a call that never returns goes, also out of the loop around it', () => {
  const text = `
    static int endless(volatile int *p) { for (;;) *p = 1; }
    __attribute__((section("socket"))) int f(int *p) {
      int left = 24;
      for (; left != 10; left--) { *p = left; endless(p); if (p[1] == left) *p = 2; }
      return left;
    }`;
  const { ir } = compileC(text, { disabledWarnings: ['all'], verify: true });
  expect(ir).toContain('volatile');
  expect(ir).not.toContain('sub i32');
  expect(ir).not.toContain('call');
});
