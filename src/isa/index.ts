/**
 * Instructions of classic and extended BPF: one table each, from which encoder, decoder, assembler and disassembler follow.
 * @module
 */
export type { AssembleOptions } from './assemble.ts';
export { assemble } from './assemble.ts';
export { assembleClassic } from './assemble-classic.ts';
export { assembleConformance } from './assemble-conformance.ts';
export type { MemoryOperand, RegisterOperand, SourceOperand } from './build.ts';
export {
  addrSpaceCast,
  alu,
  atomic,
  branch,
  byteOrder,
  callHelper,
  callKfunc,
  callLocal,
  exit,
  fromRow,
  jump,
  lddw,
  lddwValue,
  load,
  loadAcquire,
  loadSigned,
  mayGoto,
  mov,
  movsx,
  neg,
  register,
  store,
  storeRelease,
} from './build.ts';
export type { ClassicProblem, ClassicRules } from './classic-check.ts';
export { classicProblem } from './classic-check.ts';
export {
  classicRowOf,
  disassembleClassic,
  formatClassicC,
  formatClassicDecimal,
  formatClassicInstruction,
} from './classic-format.ts';
export type { AncillaryRow, ClassicForm, ClassicOperation, ClassicRow } from './classic-table.ts';
export {
  ancillaryLoads,
  classicTable,
  maxClassicInstructions,
  scratchWords,
  specialOffsets,
} from './classic-table.ts';
export { decode, decodeClassic, encode, encodeClassic, slotBytes } from './codec.ts';
export type { DisassembledLine } from './disassemble.ts';
export { disassemble, disassembleLines } from './disassemble.ts';
export type {
  AluOperation,
  AtomicOperation,
  ConformanceGroup,
  EbpfRow,
  ImmediateSource,
  InstructionClass,
  JumpCondition,
  OperandField,
  OperandForm,
  OperandWidth,
  Operation,
} from './ebpf-table.ts';
export {
  accessSizes,
  aluOperations,
  atomicOperations,
  ebpfTable,
  immediateSources,
  instructionClasses,
  jumpConditions,
  operandForms,
} from './ebpf-table.ts';
export type { AssemblyStyle, FormatOptions } from './format.ts';
export { formatInstruction } from './format.ts';
export { instructionProblem, lddwOpcode, registerCount, rowByName, rowOf, slotCount } from './lookup.ts';
export type { ClassicInstruction, Instruction } from './types.ts';
