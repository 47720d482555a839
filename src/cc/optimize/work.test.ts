// How much the compiler does, counted by V8: what is known of a function is not found out again, and twice the program is twice the
// work.

import { Session } from 'node:inspector';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileC } from '../compile.ts';

/** How often a function, and each branch and loop in it, has run. */
interface FunctionCount {
  readonly functionName: string;
  readonly ranges: readonly { readonly count: number }[];
}

const session = new Session();

beforeAll(() => {
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
});

afterAll(() => session.disconnect());

/** Counts of the compiler's functions since the last call. */
function takeCounts(): FunctionCount[] {
  let counts: FunctionCount[] = [];
  session.post('Profiler.takePreciseCoverage', (error, { result }) => {
    if (error) throw error;
    counts = result.filter(({ url }) => /\/src\/(?:cc|object)\//.test(url)).flatMap(({ functions }) => functions);
  });
  return counts;
}

function countsOf(body: string): FunctionCount[] {
  const text = `static int g(int a) { if (a > 5) return a * 3; return a ^ 7; }
    __attribute__((section("socket"))) int f(int *p) { int s = 0; ${body} return s; }`;
  takeCounts();
  compileC(text, { disabledWarnings: ['all'] });
  return takeCounts();
}

/** How often functions of a name were called. */
function callsOf(name: string, counts: readonly FunctionCount[]): number {
  return counts.reduce(
    (sum, { functionName, ranges }) => sum + (functionName === name ? (ranges[0]?.count ?? 0) : 0),
    0,
  );
}

test('flow graphs are found once for each change of the flow', () => {
  const counts = countsOf('for (int i = 0; i < p[0]; i++) if (p[i & 3] > 7) s += p[1];');
  expect(callsOf('flowGraph', counts)).toBeGreaterThan(10);
  expect(callsOf('FlowGraph', counts)).toBeGreaterThan(0);
  // Of `f`, of `g`, and of what changes made of `f`.
  expect(callsOf('FlowGraph', counts)).toBeLessThanOrEqual(2 + callsOf('flowChanged', counts));
  expect(callsOf('flowChanged', counts)).toBeLessThan(6);
});

test('types are encoded for the kernel only where it is to be given them', () => {
  takeCounts();
  const { object } = compileC('int x; __attribute__((section("socket"))) int f(void *p) { return x; }');
  expect(callsOf('encodeKernelTypes', takeCounts())).toBe(0);
  expect(object.btfBytes?.length).toBeGreaterThan(0);
  expect(callsOf('encodeKernelTypes', takeCounts())).toBe(1);
});

/** Statements of which there may be thousands. */
const shapes: Readonly<Record<string, (i: number) => string>> = {
  ifs: (i) => `if (p[${i % 4}] > ${i}) s += p[${(i * 7) % 4}] * ${i};`,
  returns: (i) => `if (p[${i % 4}] == ${i}) return ${i}; s ^= p[${i % 3}];`,
  'inlined calls': (i) => `s += g(p[${i % 4}]);`,
  calls: (i) => `s += ((int (*)(int))5)(p[${i % 4}] + s);`,
  loops: (i) => `for (int i = 0; i < p[${i % 4}]; i++) s += i * ${i};`,
  sums: (i) => `s = s * ${i * 2 + 1} + p[${i % 4}];`,
  switches: (i) => `switch (p[${i % 4}]) { case ${i}: s += 3; break; case ${i + 9}: s ^= 5; }`,
  'large numbers': (i) => `((volatile long *)p)[${i % 4}] = 0x${i + 5}00000001;`,
  objects: (i) => `{ char b[16]; b[0] = ${i % 100}; ((long (*)(void *))6)(b); s += b[1]; }`,
};

test.for(Object.entries(shapes))('twice as many %s are twice the work', ([, line]) => {
  const work = (count: number): number =>
    countsOf(Array.from({ length: count }, (_, i) => line(i)).join('\n')).reduce(
      (sum, { ranges }) => ranges.reduce((all, range) => all + range.count, sum),
      0,
    );
  expect(work(400) / work(200)).toBeLessThan(2.6);
});
