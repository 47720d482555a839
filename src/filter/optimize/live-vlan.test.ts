// Filters for live captures: what the kernel keeps beside the packet is read where the kernel looks for it.

import { expect, test } from 'vitest';
import { compileFilter } from '../compiled-filter.ts';

const vlanTag = 0xfffff02c;
const loads = (expression: string, optimize: 'size' | 'speed' | false): Set<number> =>
  new Set(
    compileFilter(expression, { live: true, optimize })
      .instructions.filter(({ code }) => (code & 7) === 0)
      .map(({ k }) => k),
  );

test.each(['vlan 7', 'vlan 7 and ip', 'vlan 7 and tcp port 80', 'not vlan 7', 'vlan 7 or vlan 9'])(
  '%s',
  (expression) => {
    expect(loads(expression, false).has(vlanTag)).toBe(true);
    for (const optimize of ['size', 'speed'] as const)
      expect(loads(expression, optimize).has(vlanTag), optimize).toBe(true);
  },
);
