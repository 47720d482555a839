// What an instruction's immediate can hold.

/** Fits the immediate of an instruction. */
export function fits32(value: bigint): boolean {
  return value >= -0x80000000n && value <= 0x7fffffffn;
}
