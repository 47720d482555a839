/**
 * Instructions of classic and extended BPF: one table each, from which encoder, decoder, assembler and disassembler follow.
 * @module
 */
export type { ClassicInstruction, Instruction } from './types.ts';
