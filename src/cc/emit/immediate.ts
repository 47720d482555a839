// Constants: what an instruction's immediate can hold, and how the others get into a register.

import { signedValue } from '../ir/build.ts';
import type { Constant } from '../ir/types.ts';
import type { MachineInstruction } from './types.ts';

/** Fits the immediate of an instruction. */
export function fits32(value: bigint): boolean {
  return value >= -0x80000000n && value <= 0x7fffffffn;
}

/** The instruction that makes a constant. */
export function constantFields(value: Constant): Pick<MachineInstruction, 'op' | 'imm' | 'width' | 'value'> {
  const signed = signedValue(value);
  const small = { op: 'mov', value: 0n } as const;
  if (value.type === 'i32') return { ...small, imm: Number(signed), width: 32 };
  if (fits32(signed)) return { ...small, imm: Number(signed), width: 64 };
  if (value.value <= 0xffffffffn) return { ...small, imm: Number(BigInt.asIntN(32, value.value)), width: 32 };
  return { op: 'lddw', imm: 0, width: 64, value: value.value };
}
