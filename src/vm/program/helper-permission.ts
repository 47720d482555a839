// Which helpers a program may call by its type and how it is to be attached: told at load, as the kernel's verifier tells it (check_helper_call; v6.18).

import type { SourceLine } from '../../base/index.ts';
import type { Instruction } from '../../isa/index.ts';
import { rowOf, slotCount } from '../../isa/index.ts';
import type { AttachTypeName, ProgramTypeName } from '../../spec/index.ts';
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

const trampolines: readonly AttachTypeName[] = ['trace_fentry', 'trace_fexit', 'modify_return'];
const iterators: readonly AttachTypeName[] = ['trace_iter'];
const connects: readonly AttachTypeName[] = ['cgroup_inet4_connect', 'cgroup_inet6_connect'];
/** Hooks on addresses whose result counts. */
const decisive: readonly AttachTypeName[] = [
  ...connects,
  'cgroup_inet4_bind',
  'cgroup_inet6_bind',
  'cgroup_udp4_sendmsg',
  'cgroup_udp6_sendmsg',
  'cgroup_unix_connect',
  'cgroup_unix_sendmsg',
];
const setters: readonly AttachTypeName[] = ['cgroup_setsockopt'];

/** Helpers that a type has only where its programs are to be attached so (v6.18; compared with a kernel). */
const onlyAttachedAs: Partial<Record<ProgramTypeName, Readonly<Record<string, readonly AttachTypeName[]>>>> = {
  tracing: {
    seq_printf: iterators,
    seq_write: iterators,
    seq_printf_btf: iterators,
    get_func_arg: trampolines,
    get_func_ret: trampolines,
    get_func_arg_cnt: trampolines,
    get_attach_cookie: [...trampolines, 'trace_raw_tp'],
  },
  cgroup_sock_addr: { bind: connects, get_retval: decisive, set_retval: decisive },
  cgroup_sockopt: { getsockopt: setters, setsockopt: setters },
};

/** The program that is checked. */
export interface CheckedProgram {
  readonly name: string;
  readonly type: ProgramTypeName;
  readonly attachType: AttachTypeName | undefined;
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
      if (name === undefined || (allowed.has(name) && fitsAttachType(name, program))) continue;
      refuse(name, instruction.imm, slot, program);
    }
  }
}

function fitsAttachType(helper: string, { type, attachType }: CheckedProgram): boolean {
  const attachTypes = onlyAttachedAs[type]?.[helper];
  return attachType === undefined || attachTypes === undefined || attachTypes.includes(attachType);
}

function refuse(helper: string, id: number, slot: number, program: CheckedProgram): never {
  const { type, attachType } = program;
  const kind = attachType === undefined ? type : `${type}, ${attachType}`;
  throw new VmError(`program of this type cannot use helper bpf_${helper}#${id} (the type is ${kind})`, {
    fault: 'invalid-program',
    program: program.name,
    instruction: slot,
    source: program.lineOf(slot),
  });
}
