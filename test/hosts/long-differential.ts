// The long differential run; `long-differential.mjs` starts it. Says how far it is every 10,000 seeds, and all that differs.

import { kernelHost } from '../../src/kernel/index.ts';
import { SeedComparer } from './compare-seeds.ts';

const [first = 1, count = 1_000_000] = process.argv.slice(2).map(Number);
const comparer = new SeedComparer(process.getuid?.() === 0 ? kernelHost() : undefined);
const { result } = comparer;
let told = 0;
for (let seed = first; seed < first + count; seed++) {
  await comparer.compare(seed);
  for (; told < result.differences.length; told++) console.log(result.differences[told]);
  if ((seed - first + 1) % 10_000 !== 0 && seed !== first + count - 1) continue;
  const { user, system } = process.cpuUsage();
  const kernel = `${result.accepted} of ${result.offered} offered accepted by the kernel`;
  const facts = `${result.agreed} agree, ${kernel}, ${told} differences`;
  console.log(`seeds ${first} to ${seed}: ${facts}, ${Math.round((user + system) / 1e6)} s of processor time`);
}
process.exitCode = told > 0 ? 1 : 0;
