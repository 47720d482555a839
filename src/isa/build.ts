// Builders of instructions, for compilers and tests: they know the encoding so that no one else has to.

import { InternalError } from '../base/index.ts';
import type {
  AluOperation,
  AtomicOperation,
  EbpfRow,
  ImmediateSource,
  JumpCondition,
  OperandWidth,
} from './ebpf-table.ts';
import { ebpfTable } from './ebpf-table.ts';
import type { Instruction } from './types.ts';

/** A register operand, as against a plain number, which is an immediate. */
export interface RegisterOperand {
  readonly register: number;
}

/** Second operand of arithmetic, comparison or store: a register or a signed 32-bit immediate. */
export type SourceOperand = RegisterOperand | number;

/** A place in memory: base register and signed 16-bit offset in bytes. */
export interface MemoryOperand {
  readonly register: number;
  readonly offset: number;
}

type Fields = Partial<Omit<Instruction, 'opcode'>>;

const rowIndex: ReadonlyMap<string, EbpfRow> = new Map(
  ebpfTable.map((row) => [`${row.operation}/${row.form}/${row.width}/${row.class}`, row]),
);

function findRow(operation: string, form: string, width: number, instructionClass: string): EbpfRow {
  const row = rowIndex.get(`${operation}/${form}/${width}/${instructionClass}`);
  if (!row) throw new InternalError(`no instruction ${operation} of form ${form} and width ${width}`);
  return row;
}

/** The instruction of a table row with these operand fields; fields the row fixes come from the row. */
export function fromRow({ opcode, fixed }: EbpfRow, fields: Fields = {}): Instruction {
  const { dst = 0, src = 0, offset = 0, imm = 0 } = fields;
  return { opcode, dst, src: fixed.src ?? src, offset: fixed.offset ?? offset, imm: fixed.imm ?? imm };
}

function operandFields(source: SourceOperand): Fields {
  return typeof source === 'number' ? { imm: source | 0 } : { src: source.register };
}

/** Marks a register number as an operand. */
export function register(number: number): RegisterOperand {
  return { register: number };
}

/** `dst OP= source`, in 64 or 32 bits. */
export function alu(operation: AluOperation, dst: number, source: SourceOperand, width: 32 | 64 = 64): Instruction {
  const form = typeof source === 'number' ? 'dst-imm' : 'dst-src';
  return fromRow(findRow(operation, form, width, width === 64 ? 'alu64' : 'alu'), { dst, ...operandFields(source) });
}

/** `dst = source`; a 32-bit move clears the upper half. */
export function mov(dst: number, source: SourceOperand, width: 32 | 64 = 64): Instruction {
  return alu('mov', dst, source, width);
}

/** `dst = (sN)src`: sign extension from `from` bits to `width` bits. ISA version 4. */
export function movsx(dst: number, src: number, from: 8 | 16 | 32, width: 32 | 64 = 64): Instruction {
  return fromRow(findRow('movsx', 'dst-src', from, width === 64 ? 'alu64' : 'alu'), { dst, src });
}

/** `dst = -dst`. */
export function neg(dst: number, width: 32 | 64 = 64): Instruction {
  return fromRow(findRow('neg', 'dst', width, width === 64 ? 'alu64' : 'alu'), { dst });
}

/** Converts the low `width` bits of `dst` to a byte order, or swaps them always (`byte-swap`, ISA version 4). */
export function byteOrder(
  operation: 'to-little-endian' | 'to-big-endian' | 'byte-swap',
  dst: number,
  width: 16 | 32 | 64,
): Instruction {
  return fromRow(findRow(operation, 'dst', width, operation === 'byte-swap' ? 'alu64' : 'alu'), { dst });
}

/** `dst = addr_space_cast(src, to, from)` between the arena (1) and the kernel's (0) address space. */
export function addrSpaceCast(dst: number, src: number, to: 0 | 1): Instruction {
  return { opcode: 0xbf, dst, src, offset: 1, imm: to === 0 ? 1 : 0x10000 };
}

/** `dst = *(uN *)(base + offset)`. */
export function load(dst: number, from: MemoryOperand, width: OperandWidth): Instruction {
  return fromRow(findRow('load', 'load', width, 'ldx'), { dst, src: from.register, offset: from.offset });
}

/** `dst = *(sN *)(base + offset)`, sign-extended to 64 bits. ISA version 4. */
export function loadSigned(dst: number, from: MemoryOperand, width: 8 | 16 | 32): Instruction {
  return fromRow(findRow('load-signed', 'load', width, 'ldx'), { dst, src: from.register, offset: from.offset });
}

/** `*(uN *)(base + offset) = source`. */
export function store(to: MemoryOperand, source: SourceOperand, width: OperandWidth): Instruction {
  const isImmediate = typeof source === 'number';
  const row = findRow('store', isImmediate ? 'store-imm' : 'store-src', width, isImmediate ? 'st' : 'stx');
  return fromRow(row, { dst: to.register, offset: to.offset, ...operandFields(source) });
}

/** Atomic read-modify-write; fetching operations leave the old value in `src` (`cmpxchg`: in r0). */
export function atomic(operation: AtomicOperation, to: MemoryOperand, src: number, width: 32 | 64): Instruction {
  return fromRow(findRow(operation, 'store-src', width, 'stx'), { dst: to.register, offset: to.offset, src });
}

/** `dst = load_acquire(base + offset)`. Since Linux 6.15. */
export function loadAcquire(dst: number, from: MemoryOperand, width: OperandWidth): Instruction {
  return fromRow(findRow('load-acquire', 'load', width, 'stx'), { dst, src: from.register, offset: from.offset });
}

/** `store_release(base + offset, src)`. Since Linux 6.15. */
export function storeRelease(to: MemoryOperand, src: number, width: OperandWidth): Instruction {
  return fromRow(findRow('store-release', 'store-src', width, 'stx'), { dst: to.register, offset: to.offset, src });
}

/** Both slots of a 64-bit immediate load. For pseudo sources the low half is the first slot's immediate. */
export function lddw(dst: number, value: bigint, source: ImmediateSource = 'lddw'): [Instruction, Instruction] {
  const low = Number(BigInt.asIntN(32, value));
  const high = Number(BigInt.asIntN(32, value >> 32n));
  const first = fromRow(findRow(source, 'load-imm64', 64, 'ld'), { dst, imm: low });
  return [first, { opcode: 0, dst: 0, src: 0, offset: 0, imm: high }];
}

/** Value of a 64-bit immediate load's two slots, unsigned. */
export function lddwValue(first: Instruction, second: Instruction): bigint {
  return BigInt.asUintN(64, (BigInt(second.imm) << 32n) | BigInt.asUintN(32, BigInt(first.imm)));
}

/** `if dst OP source goto +offset`; offsets count slots from the next one. */
export function branch(
  condition: JumpCondition,
  dst: number,
  source: SourceOperand,
  target: { readonly offset: number; readonly width?: 32 | 64 },
): Instruction {
  const { offset, width = 64 } = target;
  const form = typeof source === 'number' ? 'branch-imm' : 'branch-src';
  const row = findRow(condition, form, width, width === 64 ? 'jmp' : 'jmp32');
  return fromRow(row, { dst, offset, ...operandFields(source) });
}

/** `goto +offset`; where the offset does not fit 16 bits, the long form of ISA version 4. */
export function jump(offset: number): Instruction {
  const fits = offset >= -0x8000 && offset <= 0x7fff;
  return fits
    ? { opcode: 0x05, dst: 0, src: 0, offset, imm: 0 }
    : { opcode: 0x06, dst: 0, src: 0, offset: 0, imm: offset };
}

/** `may_goto +offset`: leaves a loop when the kernel's iteration budget is spent. Since Linux 6.9. */
export function mayGoto(offset: number): Instruction {
  return fromRow(findRow('may-goto', 'jump', 0, 'jmp'), { offset });
}

/** Call of the helper with this number. */
export function callHelper(id: number): Instruction {
  return fromRow(findRow('call-helper', 'call', 0, 'jmp'), { imm: id });
}

/** Call of the subprogram `distance` slots from the next one. */
export function callLocal(distance: number): Instruction {
  return fromRow(findRow('call-local', 'call', 0, 'jmp'), { imm: distance });
}

/** Call of the kernel function with this BTF id; `module` is its index in the load's `fd_array`, 0 for vmlinux. */
export function callKfunc(btfId: number, module = 0): Instruction {
  return fromRow(findRow('call-kfunc', 'call-offset', 0, 'jmp'), { imm: btfId, offset: module });
}

/** Return to the caller with the value of r0. */
export function exit(): Instruction {
  return fromRow(findRow('exit', 'none', 0, 'jmp'));
}
