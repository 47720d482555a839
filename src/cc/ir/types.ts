// The middle: a typed SSA form that knows BPF's machine model and nothing of C. Front ends build it, passes rewrite it.

import type { SourceSpan } from '../../base/index.ts';
import type { BinaryOp } from './operations.ts';

export type { BinaryOp };

/**
 * Types of values. Narrower integers exist only in memory: loads extend, stores truncate, `sext` and `and` narrow.
 * `i32` values have no defined upper half; `ptr` is 64 bits and may only be moved, compared, offset, dereferenced, passed.
 */
export type IrType = 'i32' | 'i64' | 'ptr' | 'void';

/** An integer, always stored as the unsigned value of its width (a null pointer is `ptr` 0). */
export interface Constant {
  readonly kind: 'constant';
  readonly type: 'i32' | 'i64' | 'ptr';
  readonly value: bigint;
}

/** Address of a module-level thing plus a constant: map, variable, function, extern. */
export interface SymbolAddress {
  readonly kind: 'symbol';
  readonly type: 'ptr';
  readonly name: string;
  readonly offset: number;
}

/** A parameter of the function: `i64` or `ptr`. */
export interface Parameter {
  readonly kind: 'parameter';
  readonly type: 'i64' | 'ptr';
  readonly index: number;
  readonly name: string;
}

/** A value that may be anything. */
export interface Undefined {
  readonly kind: 'undefined';
  readonly type: 'i32' | 'i64' | 'ptr';
}

/** Anything an instruction can use. */
export type Value = Constant | SymbolAddress | Parameter | Undefined | Instruction;

/** Relations; `u` unsigned, `s` signed. `set`: `(a & b) != 0`. */
export type Predicate = 'eq' | 'ne' | 'ult' | 'ule' | 'ugt' | 'uge' | 'slt' | 'sle' | 'sgt' | 'sge' | 'set';

/** Size of a memory access in bytes. */
export type Width = 1 | 2 | 4 | 8;

interface Base {
  readonly kind: 'instruction';
  /** Unique in its function; only for printing and dense tables. */
  readonly id: number;
  readonly type: IrType;
  args: Value[];
  /** Where in the source it comes from. */
  span: SourceSpan | undefined;
}

export interface Binary extends Base {
  readonly op: BinaryOp;
}

/** `i32` 0 or 1. */
export interface Compare extends Base {
  readonly op: 'compare';
  predicate: Predicate;
}

/** `zext`, `sext`: i32 -> i64. `trunc`: i64 -> i32. `to-ptr`: i64 -> ptr, `to-int`: ptr -> i64: no code. */
export interface Convert extends Base {
  readonly op: 'zext' | 'sext' | 'trunc' | 'to-ptr' | 'to-int';
}

/** Sign-extends the low `bits` (8, 16 or, for i64, 32) of a value to its whole width. */
export interface SignExtend extends Base {
  readonly op: 'sign-extend';
  readonly bits: 8 | 16 | 32;
}

/** Reverses the bytes of the low `bits`; the rest becomes zero. 16 and 32: i32; 64: i64. */
export interface ByteSwap extends Base {
  readonly op: 'bswap';
  readonly bits: 16 | 32 | 64;
}

/** `args[0]` (ptr) + `args[1]` (i64). Never reassociated across, so that the verifier sees the arithmetic as written. */
export interface PointerAdd extends Base {
  readonly op: 'ptradd';
}

/** Stack memory; only in the entry block. */
export interface Alloca extends Base {
  readonly op: 'alloca';
  readonly size: number;
  readonly align: number;
  readonly name: string;
}

/**
 * Reads `width` bytes at `args[0] + offset` into i32, i64 or (8 bytes) ptr, extended as `signed` says.
 * `relocation` (CO-RE, index into the module's list) replaces `offset` when loaded.
 */
export interface Load extends Base {
  readonly op: 'load';
  width: Width;
  signed: boolean;
  readonly volatile: boolean;
  offset: number;
  relocation: number | undefined;
  /** Alignment of the place where it is less than `width`; emission reads it in pieces. */
  readonly align?: Width | undefined;
}

/** Writes the low `width` bytes of `args[1]` to `args[0] + offset`. */
export interface Store extends Base {
  readonly op: 'store';
  width: Width;
  readonly volatile: boolean;
  offset: number;
  relocation: number | undefined;
  /** As of {@link Load}. */
  readonly align?: Width | undefined;
}

/** Copies `size` bytes from `args[1]` to `args[0]`; the areas are the same or do not overlap. `align` holds for both. */
export interface Copy extends Base {
  readonly op: 'copy';
  readonly size: number;
  readonly align: number;
}

/** Sets `size` bytes at `args[0]` to the low byte of `args[1]`. */
export interface Fill extends Base {
  readonly op: 'fill';
  readonly size: number;
  readonly align: number;
}

/** What a call goes to. */
export type CallTarget =
  | { readonly kind: 'helper'; readonly id: number; readonly name: string }
  /** A function of this module. */
  | { readonly kind: 'function'; readonly name: string }
  /** An extern the kernel supplies. */
  | { readonly kind: 'kfunc'; readonly name: string }
  /** `args[0]` is the function's address, which inlining must make known: no instruction can call through a register. */
  | { readonly kind: 'indirect'; readonly name: string };

/** Arguments are `i64` or `ptr`, at most five; the result is `i64`, `ptr` or `void`. */
export interface Call extends Base {
  readonly op: 'call';
  target: CallTarget;
  /** Control does not come back. */
  readonly noreturn: boolean;
}

/**
 * Atomic access at `args[0] + offset` with operand `args[1]` (for `cmpxchg`: expected `args[1]`, new `args[2]`). With
 * `fetch` (always for the exchanges) the result is the old value, else `void`.
 */
export interface Atomic extends Base {
  readonly op: 'atomic';
  readonly operation: 'add' | 'and' | 'or' | 'xor' | 'xchg' | 'cmpxchg' | 'load-acquire' | 'store-release';
  readonly width: 4 | 8 | 1 | 2;
  fetch: boolean;
  offset: number;
}

/** `args[i]` when coming from `blocks[i]`. Phis stand first in their block. */
export interface Phi extends Base {
  readonly op: 'phi';
  blocks: Block[];
}

/** A constant that CO-RE relocation `relocation` replaces at load time; `value` is what it is for the types compiled with. */
export interface CoreValue extends Base {
  readonly op: 'core';
  readonly relocation: number;
  readonly value: bigint;
}

/**
 * Assembly text in LLVM's syntax; `$0`, `$1`, ... stand for operands: `args` in order, and `$out` for the result. Empty text
 * is a barrier only. Operands are registers; `$i0` is printed as a number where the argument is constant, the symbol `$s0` is linked.
 */
export interface Asm extends Base {
  readonly op: 'asm';
  readonly template: string;
  /** Cannot be removed or moved. */
  readonly volatile: boolean;
  /** Argument that shares the result's register, -1 for none. */
  readonly tied: number;
  /** Reads and writes any memory. */
  readonly memory: boolean;
  /** Registers the text changes besides the result. */
  readonly clobbers: readonly number[];
}

/**
 * Reads `width` bytes of the packet at offset `args[1]` (`LD_ABS`/`LD_IND`), in host order; `args[0]` is the context. Leaves
 * the program with 0 where the packet is too short. Clobbers as a call does.
 */
export interface PacketLoad extends Base {
  readonly op: 'packet-load';
  readonly width: 1 | 2 | 4;
}

/** A value no pass may look through (`barrier_var`): result = args[0], in a register. */
export interface Opaque extends Base {
  readonly op: 'opaque';
}

/**
 * End of a block. `branch`: to `targets[0]` if `args[0]` (i32) is not 0, else `targets[1]`. `ret`: i64, ptr or nothing.
 * `asm-goto`: assembly that goes on in `targets[0]` or leaves to `$l1`, `$l2`, ..., which are the other targets.
 */
export interface Terminator extends Base {
  readonly op: 'jump' | 'branch' | 'ret' | 'unreachable' | 'asm-goto';
  targets: Block[];
  /** `branch`: which way is expected, if known. */
  readonly likely?: boolean | undefined;
  /** `asm-goto`: as of `asm`. */
  readonly assembly?: { readonly template: string; readonly clobbers: readonly number[] } | undefined;
}

/** An instruction, by `op`. */
export type Instruction =
  | Binary
  | Compare
  | Convert
  | SignExtend
  | ByteSwap
  | PointerAdd
  | Alloca
  | Load
  | Store
  | Copy
  | Fill
  | Call
  | Atomic
  | Phi
  | CoreValue
  | Asm
  | PacketLoad
  | Opaque
  | Terminator;

/** Name of an operation. */
export type Opcode = Instruction['op'];

/** The instruction of one operation, as in `InstructionOf<'load'>`. */
export type InstructionOf<O extends Opcode> = Instruction extends infer I
  ? I extends { readonly op: infer P }
    ? O extends P
      ? I
      : never
    : never
  : never;

/** A run of instructions, phis first, terminator apart. */
export interface Block {
  readonly id: number;
  /** For printing. */
  readonly name: string;
  instructions: Instruction[];
  terminator: Terminator;
  /** Loop header: how far `#pragma unroll` asks to unroll (`full`, or a count); undefined: as the pass sees fit. */
  unroll?: 'full' | 'disable' | number | undefined;
}

/** A function. `blocks[0]` is the entry and has no predecessors. */
export interface IrFunction {
  readonly name: string;
  readonly parameters: Parameter[];
  readonly returns: 'i64' | 'ptr' | 'void';
  blocks: Block[];
  /** `program` entry points and `global` functions stay; `static` ones only where called. */
  readonly linkage: 'program' | 'global' | 'static';
  readonly inline: 'always' | 'never' | 'auto';
  /** Next free instruction and block id. */
  nextId: number;
  readonly span: SourceSpan | undefined;
}

/** A module. What its symbols mean is the business of whoever built it. */
export interface IrModule {
  readonly functions: Map<string, IrFunction>;
  /** Read-only data by symbol, so that passes can fold loads from it. */
  readonly constants: Map<string, Uint8Array>;
  /** Addresses in read-only data, by symbol and offset; the bytes there say nothing. */
  readonly constantAddresses: Map<string, ReadonlyMap<number, SymbolAddress>>;
  /** First contents of data that nobody outside the module knows of; a pass finds what of it is never written. */
  readonly privateData: Map<string, Uint8Array>;
  /** Symbols whose address is known only when loaded: an offset cannot be part of it. */
  readonly externs: Set<string>;
}
