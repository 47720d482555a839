// Machine instructions before registers are chosen, and what emission leaves behind.

import type { SourceSpan } from '../../base/index.ts';
import type { AluOperation, AtomicOperation, JumpCondition } from '../../isa/index.ts';
import type { CallTarget, SymbolAddress } from '../ir/types.ts';

/** A register: 0 to 10 are the machine's, from {@link firstVirtual} on virtual. -1: none. */
export type Register = number;

/** Number of the first virtual register. */
export const firstVirtual = 16;

/** Stack memory: an object of the program, or the home of a spilled register. */
export interface FrameObject {
  readonly size: number;
  readonly align: number;
  readonly name: string;
  /** Distance below the frame pointer (negative) once placed. */
  offset: number;
}

/** What a machine instruction does. */
export type MachineOp =
  /** dst = src or imm */
  | 'mov'
  /** dst = 64-bit value, or the address of a symbol */
  | 'lddw'
  /** dst = dst operation (src or imm) */
  | 'alu'
  | 'neg'
  /** dst = sign extension of src from `bits` */
  | 'movsx'
  /** dst = dst with bytes swapped in the low `bits` */
  | 'swap'
  /** dst = memory at src + offset */
  | 'load'
  /** memory at left + offset = src or imm */
  | 'store'
  /** dst = (left condition (src or imm)) ? 1 : 0 */
  | 'set'
  /** if left condition (src or imm) go to target */
  | 'branch'
  | 'jump'
  | 'call'
  | 'exit'
  /** memory at left + offset; fetching ones leave the old value in dst (= src; cmpxchg: r0) */
  | 'atomic'
  /** dst = address of a frame object */
  | 'frame'
  | 'asm'
  /** assembly that goes on or leaves to one of `labels` */
  | 'asm-goto'
  /** r0 = packet at src (a register or -1) + imm */
  | 'packet';

/** One machine instruction. Fields that do not apply are -1, 0 or undefined. */
export interface MachineInstruction {
  readonly op: MachineOp;
  dst: Register;
  src: Register;
  left: Register;
  readonly imm: number;
  offset: number;
  /** Of operands: 32 or 64; of memory: 8 to 64. */
  readonly width: 8 | 16 | 32 | 64;
  readonly operation: AluOperation | JumpCondition | AtomicOperation | 'load-acquire' | 'store-release' | undefined;
  readonly signed: boolean;
  readonly bits: 8 | 16 | 32 | 64;
  readonly value: bigint;
  readonly symbol: { readonly name: string; readonly offset: number } | undefined;
  /** Base of a load or store, instead of a register. */
  frame: FrameObject | undefined;
  target: MachineBlock | undefined;
  readonly call: CallTarget | undefined;
  /** Registers used besides src and left: arguments of calls and assembly. */
  uses: readonly Register[];
  /** Registers changed besides dst. */
  readonly clobbers: readonly Register[];
  readonly template: string;
  /** Where assembly may jump to: `$l1`, `$l2`, ... */
  readonly labels: readonly MachineBlock[];
  /** Numbers and symbols that stand for constant operands of assembly, by place. */
  readonly constants: readonly (number | SymbolAddress | undefined)[];
  /** Index of a CO-RE relocation, -1 for none. */
  readonly relocation: number;
  span: SourceSpan | undefined;
}

/** A run of machine instructions; control leaves by the branches and jumps in it, else to `next`. */
export interface MachineBlock {
  readonly id: number;
  instructions: MachineInstruction[];
  successors: MachineBlock[];
  /** How deep in loops. */
  depth: number;
}

/** A function in machine instructions. */
export interface MachineFunction {
  readonly name: string;
  readonly blocks: MachineBlock[];
  /** Next free virtual register. */
  nextRegister: number;
  readonly frame: FrameObject[];
  readonly span: SourceSpan | undefined;
}

/** A slot that the linker has to fill. */
export type Fixup = { readonly slot: number } & (
  | { readonly kind: 'symbol'; readonly name: string; readonly offset: number }
  | { readonly kind: 'call'; readonly target: CallTarget }
);

/** An encoded function; slots count from its start. */
export interface EncodedFunction {
  readonly name: string;
  readonly code: Uint8Array;
  readonly fixups: readonly Fixup[];
  readonly lines: readonly { readonly slot: number; readonly span: SourceSpan }[];
  readonly core: readonly { readonly slot: number; readonly relocation: number }[];
  readonly stackBytes: number;
}

/** ISA version, as `-mcpu=vN`. */
export type IsaVersion = 1 | 2 | 3 | 4;
