// Making machine instructions, and what each reads and changes.

import type { MachineInstruction, MachineOp, Register } from './types.ts';

const defaults = {
  dst: -1,
  src: -1,
  left: -1,
  imm: 0,
  offset: 0,
  width: 64,
  operation: undefined,
  signed: false,
  bits: 64,
  value: 0n,
  symbol: undefined,
  frame: undefined,
  target: undefined,
  call: undefined,
  uses: [],
  clobbers: [],
  template: '',
  labels: [],
  constants: [],
  relocation: -1,
  span: undefined,
} as const;

/** A machine instruction with the fields given. */
export function machine(op: MachineOp, fields: Partial<Omit<MachineInstruction, 'op'>>): MachineInstruction {
  return { op, ...defaults, ...fields } as MachineInstruction;
}

/** Operations that read their destination as well. */
const readsDestination: ReadonlySet<MachineOp> = new Set<MachineOp>(['alu', 'neg', 'swap']);

/** The registers that an instruction reads. */
export function registersRead({ op, dst, src, left, uses }: MachineInstruction): readonly Register[] {
  const found: Register[] = [];
  if (src >= 0) found.push(src);
  if (left >= 0) found.push(left);
  if (readsDestination.has(op)) found.push(dst);
  return found.length === 0 ? uses : uses.length === 0 ? found : [...found, ...uses];
}

/** The registers that an instruction changes. */
export function registersChanged({ dst, clobbers }: MachineInstruction): readonly Register[] {
  if (dst < 0) return clobbers;
  return clobbers.length === 0 ? [dst] : [dst, ...clobbers];
}

/** A plain copy of one register to another. */
export function isCopy(instruction: MachineInstruction): boolean {
  return instruction.op === 'mov' && instruction.src >= 0 && instruction.width === 64;
}

/** What it changes may be written before the sources are read: may not share a register with them. */
export function isEarlyClobber({ op, template }: MachineInstruction): boolean {
  return op === 'set' || ((op === 'asm' || op === 'asm-goto') && /[;\n]/.test(template.trim()));
}

/** Can be computed again anywhere instead of being kept: constants, addresses of symbols and of the stack. */
export function isRematerializable(instruction: MachineInstruction): boolean {
  const { op, src, relocation } = instruction;
  return relocation < 0 && ((op === 'mov' && src < 0) || op === 'lddw' || op === 'frame');
}

/** Puts `to` in place of `from` where it is read. */
export function replaceUse(instruction: MachineInstruction, from: Register, to: Register): void {
  if (instruction.src === from) instruction.src = to;
  if (instruction.left === from) instruction.left = to;
  if (instruction.uses.includes(from)) instruction.uses = instruction.uses.map((used) => (used === from ? to : used));
}
