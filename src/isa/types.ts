// The shape of one instruction, as every reader of programs sees it.

/**
 * One 8-byte slot of extended BPF (RFC 9669, section 3).
 *
 *     | imm:32 | offset:16 | src:4 | dst:4 | opcode:8 |
 *
 * Programs are flat arrays of slots: the index is the slot number that jump offsets count in. The 64-bit immediate load
 * (`lddw`) takes two slots; the second has opcode 0 and carries the high half in `imm`.
 */
export interface Instruction {
  /** 0..255 */
  readonly opcode: number;
  /** 0..15 */
  readonly dst: number;
  /** 0..15; for some opcodes a pseudo source rather than a register. */
  readonly src: number;
  /** Signed 16 bits. */
  readonly offset: number;
  /** Signed 32 bits. */
  readonly imm: number;
}

/** One instruction of classic BPF (`struct sock_filter`): all unsigned, 16, 8, 8 and 32 bits. */
export interface ClassicInstruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}
