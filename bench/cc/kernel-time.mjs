// Time of one run in the kernel, our code against clang's, by BPF_PROG_TEST_RUN.
import { BpfError, load } from '../../dist/api/index.js';
import { fixed, median, row } from '../support.mjs';

const repeat = 20_000;
/** What the kernel refuses of either is left out. */
const lenient = { onProgramError: () => {} };

/** Nanoseconds of each program that both compilers made and the kernel takes and runs. */
export async function compareInKernel(ours, theirs, packet) {
  const mine = await load(ours, lenient);
  const peer = await load(theirs, lenient);
  try {
    return compareEach(mine, peer, packet);
  } finally {
    mine.close();
    peer.close();
  }
}

function compareEach(mine, peer, packet) {
  const ratios = [];
  const names = new Set(peer.object.programs.map(({ name }) => name));
  for (const { name } of mine.object.programs.filter((program) => names.has(program.name))) {
    const time = (session) => session.program(name).run({ packet, repeat }).durationNs;
    try {
      const rounds = [1, 2, 3, 4, 5].map(() => [time(mine), time(peer)]);
      const [here, there] = [0, 1].map((side) => median(rounds.map((round) => round[side])));
      // Below some nanoseconds the clock's own steps are all that is seen.
      if (there >= 10) ratios.push(here / there);
      row(`  ${name}: one run in the kernel (ns)`, fixed(here, 0), fixed(there, 0), fixed(here / there, 2), '');
    } catch (error) {
      if (!(error instanceof BpfError)) throw error;
    }
  }
  return ratios;
}
