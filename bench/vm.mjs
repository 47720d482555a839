// The embedded machine's compiler against the kernel's, the same C compiled natively, and our interpreter; packet filters;
// calls from JavaScript. Needs root for the kernel's part (BPF_PROG_TEST_RUN), clang and gcc.
import { performance } from 'node:perf_hooks';
import { assemble } from '../dist/isa/index.js';
import { Machine, prepareProgram } from '../dist/vm/index.js';
import { fixed, row } from './support.mjs';
import { compareFilters } from './vm/compare-filters.mjs';
import { comparePrograms } from './vm/compare-programs.mjs';

/** An empty program, called from JavaScript again and again: ns per call. */
function measureCalls() {
  const machine = new Machine({ mode: 'fast', budget: Number.POSITIVE_INFINITY });
  const code = machine.load(prepareProgram(assemble('r0 = 2\n exit'), { name: 'empty' }));
  const count = 100_000;
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 40; round++) {
    const start = performance.now();
    for (let call = 0; call < count; call++) machine.execute(code, 0);
    best = Math.min(best, ((performance.now() - start) * 1e6) / count);
  }
  row('empty program, called from JavaScript (ns)', fixed(best), '', '', '<= 100');
}

/** A program of so many instructions: arithmetic, stack, a short loop or a branch now and then. */
function longProgram(length) {
  const lines = ['r6 = 0', 'r1 = 1', 'r2 = 2'];
  for (let step = 0; lines.length < length - 6; step++) {
    lines.push(
      `r1 += ${step}`,
      'r2 ^= r1',
      `*(u64 *)(r10 - ${8 + 8 * (step % 8)}) = r2`,
      `if r2 > ${step} goto b${step}`,
    );
    lines.push('r1 <<= 3', `b${step}: r1 = *(u64 *)(r10 - 8)`);
  }
  return assemble([...lines, 'r0 = r1', 'exit'].join('\n'));
}

/** Time from instructions to a program that can run, on the process's own processor clock: ms, best and first. */
function measureCompiling(length, aim) {
  const code = longProgram(length);
  const machine = new Machine();
  const times = [];
  for (let round = 0; round < 15; round++) {
    const start = process.cpuUsage();
    machine.load(prepareProgram(code, { name: 'long' }));
    times.push(process.cpuUsage(start).user / 1000);
  }
  row(`compiling ${length} instructions, ms (best; first)`, fixed(Math.min(...times)), fixed(times[0]), '', aim);
}

await comparePrograms();
measureCalls();
measureCompiling(1000, '<= 2');
measureCompiling(100_000, '<= 100');
compareFilters();
