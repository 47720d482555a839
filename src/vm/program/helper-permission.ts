// Which helpers a program of a type may call: told at load, as the kernel's verifier tells it (check_helper_call; v6.18).

import type { SourceLine } from '../../base/index.ts';
import type { Instruction } from '../../isa/index.ts';
import { rowOf, slotCount } from '../../isa/index.ts';
import type { ProgramTypeName } from '../../spec/index.ts';
import { helperGroups, helpers, programHelpers } from '../../spec/index.ts';
import { VmError } from '../errors.ts';

const nameOf: ReadonlyMap<number, string> = new Map(helpers.map(({ id, name }) => [id, name]));
const allowedByType = new Map<ProgramTypeName, ReadonlySet<string>>();

function allowedHelpers(type: ProgramTypeName): ReadonlySet<string> {
  let allowed = allowedByType.get(type);
  if (!allowed) {
    const { groups, helpers: own } = programHelpers[type];
    allowed = new Set<string>([...groups.flatMap((group) => helperGroups[group]), ...own]);
    allowedByType.set(type, allowed);
  }
  return allowed;
}

/** The program that is checked. */
export interface CheckedProgram {
  readonly name: string;
  readonly type: ProgramTypeName;
  readonly lineOf: (slot: number) => SourceLine | undefined;
}

/**
 * Refuses calls of helpers that are not there for the program's type. Numbers that no helper has are left to the run: relocation
 * leaves such in code that is never reached.
 * @throws VmError `invalid-program`.
 */
export function checkHelperPermissions(instructions: readonly Instruction[], program: CheckedProgram): void {
  // Programs that replace a function may call what the program they extend may call.
  if (program.type === 'ext') return;
  const allowed = allowedHelpers(program.type);
  for (let slot = 0; slot < instructions.length; slot++) {
    const instruction = instructions[slot] as Instruction;
    if (slotCount(instruction) === 2) slot++;
    else if (rowOf(instruction)?.operation === 'call-helper') {
      const name = nameOf.get(instruction.imm);
      if (name !== undefined && !allowed.has(name)) refuse(name, instruction.imm, slot, program);
    }
  }
}

function refuse(helper: string, id: number, slot: number, program: CheckedProgram): never {
  throw new VmError(`program of this type cannot use helper bpf_${helper}#${id} (the type is ${program.type})`, {
    fault: 'invalid-program',
    program: program.name,
    instruction: slot,
    source: program.lineOf(slot),
  });
}
