// Opcodes of classic BPF (linux/bpf_common.h), by the names that the selector thinks in.

export const LD_W_ABS = 0x20;
export const LD_H_ABS = 0x28;
export const LD_B_ABS = 0x30;
export const LD_W_IND = 0x40;
export const LD_H_IND = 0x48;
export const LD_B_IND = 0x50;
export const LD_IMM = 0x00;
export const LD_LEN = 0x80;
export const LD_MEM = 0x60;
export const LDX_IMM = 0x01;
export const LDX_LEN = 0x81;
export const LDX_MEM = 0x61;
export const LDX_MSH = 0xb1;
export const ST = 0x02;
export const STX = 0x03;
export const TAX = 0x07;
export const TXA = 0x87;
export const NEGATE = 0x84;
export const RET_K = 0x06;
export const JA = 0x05;
export const JEQ_K = 0x15;
export const JGT_K = 0x25;
export const JGE_K = 0x35;
export const JSET_K = 0x45;
export const JEQ_X = 0x1d;
export const JGT_X = 0x2d;
export const JGE_X = 0x3d;
/** Not classic BPF: jumps where the number in A is in the set `k`. */
export const LOOKUP_A = 0x55;
/** The same for four words, which are in the last words of scratch memory, the first of them in the very last. */
export const LOOKUP_WORDS = 0x5d;
export const ALU = 0x04;
/** Added to an arithmetic opcode: the right side is X. */
export const BY_X = 0x08;

/** Arithmetic operations in the high bits of the opcode. */
export const aluBits = {
  add: 0x00,
  sub: 0x10,
  mul: 0x20,
  div: 0x30,
  or: 0x40,
  and: 0x50,
  lsh: 0x60,
  rsh: 0x70,
  neg: 0x80,
  mod: 0x90,
  xor: 0xa0,
} as const;
