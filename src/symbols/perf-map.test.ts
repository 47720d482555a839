import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PerfMap } from './perf-map.ts';

describe('PerfMap', () => {
  test('finds the code that covers an address', () => {
    const map = new PerfMap('7f0000001000 40 LazyCompile:*main /a b.js:1\n7f0000001040 0x10 Stub:x\ngarbage\n');
    expect(map.length).toBe(2);
    expect(map.resolve(0x7f0000001000n)?.name).toBe('LazyCompile:*main /a b.js:1');
    expect(map.resolve(0x7f000000103fn)?.name).toBe('LazyCompile:*main /a b.js:1');
    expect(map.resolve(0x7f0000001040n)?.name).toBe('Stub:x');
    expect(map.resolve(0x7f0000001050n)).toBeUndefined();
    expect(map.resolve(0n)).toBeUndefined();
  });

  test('of overlapping entries the later one counts', () => {
    const entry = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 20 }));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 14 }), (entries) => {
        const lines = entries.map(([start, size], index) => `${start.toString(16)} ${size.toString(16)} f${index}\n`);
        const map = new PerfMap(lines.join(''));
        for (let address = 0; address < 85; address++) {
          const last = entries.findLastIndex(([start, size]) => start <= address && address < start + size);
          expect(map.resolve(BigInt(address))?.name).toBe(last < 0 ? undefined : `f${last}`);
        }
      }),
      { seed: 13, numRuns: 500 },
    );
  });
});
