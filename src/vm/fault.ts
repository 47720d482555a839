// Turns what an engine knows when a program stops into a VmError.

import type { VmFault } from './errors.ts';
import { VmError } from './errors.ts';
import type { MachineMemory } from './memory/machine-memory.ts';
import { lineOf } from './program/prepare.ts';
import type { PreparedProgram } from './program/types.ts';

/** Where and how a program stopped. */
export interface FaultSite {
  readonly fault: VmFault;
  /** Negative where it is not known: the Wasm sandbox does not say. */
  readonly slot: number;
  readonly address?: bigint;
  readonly registers?: readonly bigint[];
  readonly cause?: unknown;
}

const problems: Record<VmFault, (site: FaultSite, program: PreparedProgram) => string> = {
  'invalid-program': () => 'the program is not valid',
  'bad-read': (site, program) =>
    site.slot < 0 ? 'an access outside the memory of the machine' : `bad read of ${accessOf(site, program)}`,
  'bad-write': (site, program) => `bad write of ${accessOf(site, program)}`,
  budget: () => 'the instruction budget is used up',
  'call-depth': () => 'calls are nested too deeply (8 frames)',
  'bad-call': () => 'calls something that is no function',
  helper: () => 'a helper failed',
  'bad-argument': () => 'a helper was given a bad argument',
};

function accessOf(site: FaultSite, program: PreparedProgram): string {
  const bits = program.code[site.slot]?.row.width ?? 0;
  const bytes = bits / 8;
  const address = site.address === undefined ? '' : ` at 0x${site.address.toString(16)}`;
  return `${bytes} byte${bytes === 1 ? '' : 's'}${address}`;
}

/** The error for a fault at `site`. */
export function faultError(program: PreparedProgram, memory: MachineMemory, site: FaultSite): VmError {
  const { fault, slot, address, registers } = site;
  return new VmError(problems[fault](site, program), {
    fault,
    program: program.name,
    instruction: slot < 0 ? undefined : slot,
    source: lineOf(program.lines, slot),
    address,
    region: address === undefined ? undefined : memory.describe(address),
    registers,
    cause: site.cause,
  });
}
