// Arithmetic of the reference interpreter: one handler per operation and width (RFC 9669, section 4).

import type { AluOperation } from '../../isa/index.ts';
import type { Frame, Handler } from './frame.ts';

const TWO32 = 0x1_0000_0000;
/** Integers below this are exact as a double. */
const HIGH_EXACT = 0x20_0000;

type Binary32 = (a: number, b: number) => number;
type Binary64 = (a: bigint, b: bigint) => bigint;

function divide32(a: number, b: number): number {
  return b === 0 ? 0 : (a >>> 0) / (b >>> 0);
}
function modulo32(a: number, b: number): number {
  return b === 0 ? a : (a >>> 0) % (b >>> 0);
}
function divideSigned32(a: number, b: number): number {
  return b === 0 ? 0 : (a / b) | 0;
}
function moduloSigned32(a: number, b: number): number {
  return b === 0 ? a : (a % b) | 0;
}

/** A 32-bit operation: the upper half of the result is zero. `b` is the operand as it is in the register. */
function narrow(compute: Binary32): Handler {
  return (f, i) => {
    const { r } = f;
    const d = f.d[i] as number;
    r[d] = compute(r[d] as number, r[f.s[i] as number] as number);
    r[d + 1] = 0;
    return i + 1;
  };
}

/** A 64-bit operation through bigint, for the rare ones. */
function wide(compute: Binary64): Handler {
  return (f, i) => {
    const d = (f.d[i] as number) >> 1;
    f.wide[d] = compute(f.wide[d] as bigint, f.wide[(f.s[i] as number) >> 1] as bigint);
    return i + 1;
  };
}

/** Unsigned division or modulo of 64 bits, exact in doubles where both operands are small. */
function wideUnsigned(small: (a: number, b: number) => number, large: Binary64): Handler {
  const slow = wide(large);
  return (f, i) => {
    const { r } = f;
    const d = f.d[i] as number;
    const s = f.s[i] as number;
    const aHigh = (r[d + 1] as number) >>> 0;
    const bHigh = (r[s + 1] as number) >>> 0;
    if (aHigh >= HIGH_EXACT || bHigh >= HIGH_EXACT) return slow(f, i);
    const value = small(aHigh * TWO32 + ((r[d] as number) >>> 0), bHigh * TWO32 + ((r[s] as number) >>> 0));
    r[d] = value;
    r[d + 1] = Math.floor(value / TWO32);
    return i + 1;
  };
}

const signed = (value: bigint): bigint => BigInt.asIntN(64, value);

function multiply(f: Frame, i: number): number {
  const { r } = f;
  const d = f.d[i] as number;
  const s = f.s[i] as number;
  const a = r[d] as number;
  const b = r[s] as number;
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const low = a0 * b0;
  const middle = a1 * b0 + (low >>> 16);
  const carry = (middle & 0xffff) + a0 * b1;
  const high = a1 * b1 + Math.floor(middle / 0x1_0000) + (carry >>> 16);
  r[d + 1] = high + Math.imul(a, r[s + 1] as number) + Math.imul(r[d + 1] as number, b);
  r[d] = Math.imul(a, b);
  return i + 1;
}

function bitwise(low: Binary32): Handler {
  return (f, i) => {
    const { r } = f;
    const d = f.d[i] as number;
    const s = f.s[i] as number;
    r[d] = low(r[d] as number, r[s] as number);
    r[d + 1] = low(r[d + 1] as number, r[s + 1] as number);
    return i + 1;
  };
}

const arithmetic64: Record<AluOperation, Handler> = {
  add: (f, i) => {
    const { r } = f;
    const d = f.d[i] as number;
    const s = f.s[i] as number;
    const low = ((r[d] as number) >>> 0) + ((r[s] as number) >>> 0);
    r[d] = low;
    r[d + 1] = (r[d + 1] as number) + (r[s + 1] as number) + (low >= TWO32 ? 1 : 0);
    return i + 1;
  },
  sub: (f, i) => {
    const { r } = f;
    const d = f.d[i] as number;
    const s = f.s[i] as number;
    const low = ((r[d] as number) >>> 0) - ((r[s] as number) >>> 0);
    r[d] = low;
    r[d + 1] = (r[d + 1] as number) - (r[s + 1] as number) - (low < 0 ? 1 : 0);
    return i + 1;
  },
  mul: multiply,
  div: wideUnsigned(
    (a, b) => (b === 0 ? 0 : Math.floor(a / b)),
    (a, b) => (b === 0n ? 0n : a / b),
  ),
  mod: wideUnsigned(
    (a, b) => (b === 0 ? a : a % b),
    (a, b) => (b === 0n ? a : a % b),
  ),
  sdiv: wide((a, b) => (b === 0n ? 0n : BigInt.asUintN(64, signed(a) / signed(b)))),
  smod: wide((a, b) => (b === 0n ? a : BigInt.asUintN(64, signed(a) % signed(b)))),
  or: bitwise((a, b) => a | b),
  and: bitwise((a, b) => a & b),
  xor: bitwise((a, b) => a ^ b),
  mov: (f, i) => {
    const { r } = f;
    const d = f.d[i] as number;
    const s = f.s[i] as number;
    r[d] = r[s] as number;
    r[d + 1] = r[s + 1] as number;
    return i + 1;
  },
  lsh: (f, i) => {
    const { r } = f;
    const d = f.d[i] as number;
    const by = (r[f.s[i] as number] as number) & 63;
    const low = r[d] as number;
    if (by >= 32) {
      r[d + 1] = low << (by - 32);
      r[d] = 0;
    } else if (by > 0) {
      r[d + 1] = ((r[d + 1] as number) << by) | (low >>> (32 - by));
      r[d] = low << by;
    }
    return i + 1;
  },
  rsh: (f, i) => {
    const { r } = f;
    const d = f.d[i] as number;
    const by = (r[f.s[i] as number] as number) & 63;
    const high = r[d + 1] as number;
    if (by >= 32) {
      r[d] = high >>> (by - 32);
      r[d + 1] = 0;
    } else if (by > 0) {
      r[d] = ((r[d] as number) >>> by) | (high << (32 - by));
      r[d + 1] = high >>> by;
    }
    return i + 1;
  },
  arsh: (f, i) => {
    const { r } = f;
    const d = f.d[i] as number;
    const by = (r[f.s[i] as number] as number) & 63;
    const high = r[d + 1] as number;
    if (by >= 32) {
      r[d] = high >> (by - 32);
      r[d + 1] = high >> 31;
    } else if (by > 0) {
      r[d] = ((r[d] as number) >>> by) | (high << (32 - by));
      r[d + 1] = high >> by;
    }
    return i + 1;
  },
};

const arithmetic32: Record<AluOperation, Handler> = {
  add: narrow((a, b) => a + b),
  sub: narrow((a, b) => a - b),
  mul: narrow(Math.imul),
  div: narrow(divide32),
  mod: narrow(modulo32),
  sdiv: narrow(divideSigned32),
  smod: narrow(moduloSigned32),
  or: narrow((a, b) => a | b),
  and: narrow((a, b) => a & b),
  xor: narrow((a, b) => a ^ b),
  mov: narrow((_, b) => b),
  lsh: narrow((a, b) => a << b),
  rsh: narrow((a, b) => a >>> b),
  arsh: narrow((a, b) => a >> b),
};

function swap32(value: number): number {
  return (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
}

/** Byte swaps and truncations (`le`, `be`, `bswap`): `width` bits, the rest of the register becomes zero. */
const swapTo: Record<number, Handler> = {
  16: (f, i) => {
    const d = f.d[i] as number;
    const value = f.r[d] as number;
    f.r[d] = ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
    f.r[d + 1] = 0;
    return i + 1;
  },
  32: (f, i) => {
    const d = f.d[i] as number;
    f.r[d] = swap32(f.r[d] as number);
    f.r[d + 1] = 0;
    return i + 1;
  },
  64: (f, i) => {
    const d = f.d[i] as number;
    const low = f.r[d] as number;
    f.r[d] = swap32(f.r[d + 1] as number);
    f.r[d + 1] = swap32(low);
    return i + 1;
  },
};

const truncateTo: Record<number, Handler> = {
  16: (f, i) => {
    const d = f.d[i] as number;
    f.r[d] = (f.r[d] as number) & 0xffff;
    f.r[d + 1] = 0;
    return i + 1;
  },
  32: (f, i) => {
    f.r[(f.d[i] as number) + 1] = 0;
    return i + 1;
  },
  64: (_, i) => i + 1,
};

function signExtend(bits: number, to64: boolean): Handler {
  const shift = 32 - bits;
  return (f, i) => {
    const d = f.d[i] as number;
    const value = ((f.r[f.s[i] as number] as number) << shift) >> shift;
    f.r[d] = value;
    f.r[d + 1] = to64 ? value >> 31 : 0;
    return i + 1;
  };
}

function negate(f: Frame, i: number): number {
  const d = (f.d[i] as number) >> 1;
  f.wide[d] = -(f.wide[d] as bigint);
  return i + 1;
}

/** Handlers by key; see program/keys.ts. */
export const aluHandlers: Record<string, Handler> = {
  neg64: negate,
  neg32: (f, i) => {
    const d = f.d[i] as number;
    f.r[d] = -(f.r[d] as number);
    f.r[d + 1] = 0;
    return i + 1;
  },
  'addr-space-cast64': (f, i) => (arithmetic64.mov as Handler)(f, i),
};

for (const [operation, handler] of Object.entries(arithmetic64)) aluHandlers[`${operation}64`] = handler;
for (const [operation, handler] of Object.entries(arithmetic32)) aluHandlers[`${operation}32`] = handler;
for (const width of [16, 32, 64]) {
  aluHandlers[`to-little-endian${width}`] = truncateTo[width] as Handler;
  aluHandlers[`to-big-endian${width}`] = swapTo[width] as Handler;
  aluHandlers[`byte-swap${width}`] = swapTo[width] as Handler;
}
for (const bits of [8, 16, 32]) {
  aluHandlers[`movsx${bits}to64`] = signExtend(bits, true);
  aluHandlers[`movsx${bits}to32`] = signExtend(bits, false);
}
