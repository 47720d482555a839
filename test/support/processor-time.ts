// What a test may say of time on a machine that has other work: how much of the processor's it took.

/** Milliseconds of processor time, in all threads of this process, that the work took. */
export function processorMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const rounds = 50;

/**
 * Whether waiting takes next to no processor time. A busy loop takes all of it each time; what else goes on in this process,
 * or is charged to it by an emulated machine that stood still, does not.
 */
export async function isIdleDuring(wait: () => Promise<unknown>): Promise<boolean> {
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const before = process.cpuUsage();
    await wait();
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1000 < (performance.now() - start) / 2) return true;
  }
  return false;
}
