// Packets for a program, and the comparison of what two programs say about them.

import type { ClassicInstruction } from '../../src/isa/index.ts';
import { steer } from './concolic.ts';
import type { Random } from './random.ts';

/** Requests that give the oracle thirty packets, steered through `program`. */
export function packetRequests(r: Random, program: readonly ClassicInstruction[]): string[] {
  const packets = Array.from({ length: 30 }, () => {
    const packet = r.bytes(r.chance(0.1) ? r.below(80) : 100 + r.below(60));
    if (r.chance(0.5)) packet.fill(0);
    steer(r, program, packet, r.chance(0.5) ? 0.85 : 0.5);
    return `p ${Buffer.from(packet).toString('hex')}`;
  });
  return ['p -', ...packets];
}

/** What was run: libpcap's program by the request at `at`, ours by the next one. */
export interface Running {
  readonly what: string;
  readonly at: number;
}

/** Adds what is judged differently to `differences`; returns how many pairs of program and packet could be judged. */
export function judge(results: readonly string[], running: readonly Running[], differences: string[]): number {
  let pairs = 0;
  for (const { what, at } of running) {
    const theirs = (results[at] as string).slice(3);
    const ours = (results[at + 1] as string).slice(3);
    // Packets that end before libpcap's program is done with them are truncated; 'l' is an endless loop, 'z' a division by 0.
    for (let i = 0; i < theirs.length; i++) {
      if (theirs[i] !== '0' && theirs[i] !== '1') continue;
      pairs++;
      const sameOrShort = ours[i] === theirs[i] || (ours[i] === 'b' && theirs[i] === '0');
      if (!sameOrShort) differences.push(`${what}: packet ${i}: libpcap ${theirs[i]}, ours ${ours[i]}`);
    }
  }
  return pairs;
}
