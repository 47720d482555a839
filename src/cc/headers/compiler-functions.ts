// Builtins of clang that are C functions of few lines, and division of 128 bits, which the machine has not.

import { type DeclarationRows, declarations } from './rows.ts';

const inline = 'static inline __attribute__((always_inline))';

interface Width {
  readonly bits: number;
  readonly type: string;
}

const widths: readonly Width[] = [
  { bits: 8, type: 'unsigned char' },
  { bits: 16, type: 'unsigned short' },
  { bits: 32, type: 'unsigned int' },
  { bits: 64, type: 'unsigned long long' },
];

function rotate(side: 'left' | 'right', { bits, type }: Width): string {
  const [there, back] = side === 'left' ? ['<<', '>>'] : ['>>', '<<'];
  const name = `__builtin_rotate${side}${bits}`;
  return `${name}:
  ${inline} ${type} ${name}(${type} v, ${type} n) { n &= ${bits - 1}; return v ${there} n | v ${back} (-n & ${bits - 1}); }`;
}

/** Swaps neighbouring bits, pairs and halves of a byte, then the bytes. */
function reverse({ bits, type }: Width): string {
  const name = `__builtin_bitreverse${bits}`;
  const mask = (byte: string): string => `(${type})0x${byte.repeat(8)}ULL`;
  const swap = (byte: string, by: number): string => `v = (v >> ${by} & ${mask(byte)}) | (v & ${mask(byte)}) << ${by};`;
  const bytes = bits === 8 ? 'v' : `__builtin_bswap${bits}(v)`;
  return `${name}:
  ${inline} ${type} ${name}(${type} v) { ${swap('55', 1)} ${swap('33', 2)} ${swap('0f', 4)} return ${bytes}; }`;
}

function signBits(suffix: string, type: string, bits: number): string {
  return `__builtin_clrsb${suffix}:
  ${inline} int __builtin_clrsb${suffix}(${type} v) { return __builtin_clz${suffix}((unsigned ${type})(v ^ (v >> ${bits - 1})) << 1 | 1); }`;
}

const bitFunctions = (): string =>
  [
    ...widths.map((width) => rotate('left', width)),
    ...widths.map((width) => rotate('right', width)),
    ...widths.map(reverse),
    signBits('', 'int', 32),
    signBits('l', 'long', 64),
    signBits('ll', 'long long', 64),
  ].join('\n');

/** Name of the function that divides 128-bit numbers. */
export function wideDivision(op: '/' | '%', signed: boolean): string {
  return `__${signed ? '' : 'u'}${op === '/' ? 'div' : 'mod'}ti3`;
}

/** Magnitudes are divided; the sign comes from the operands, as C11 6.5.5 has it. */
function signedDivision(op: '/' | '%'): string {
  const name = wideDivision(op, true);
  const negative = op === '/' ? '(a < 0) != (b < 0)' : 'a < 0';
  return `${name}:
  static __attribute__((noinline)) __int128 ${name}(__int128 a, __int128 b) {
    unsigned __int128 q = ${wideDivision(op, false)}(a < 0 ? -(unsigned __int128)a : a, b < 0 ? -(unsigned __int128)b : b);
    return ${negative} ? -q : q;
  }`;
}

/**
 * One bit of the quotient after the other, without branches, so that the verifier follows a single path. Dividing by 0 gives
 * 0 and leaves the dividend, as BPF's own instructions do. `borrow`: Hacker's Delight, 2nd edition, 2-13.
 */
const longDivision = (): string => `
__tsbpf_divide128:
  static __attribute__((noinline)) unsigned __int128 __tsbpf_divide128(unsigned __int128 a, unsigned __int128 b, int wants_rest) {
    unsigned long high = a >> 64, low = a, divisor_high = b >> 64, divisor_low = b, rest_high = 0, rest_low = 0;
    if (divisor_high == 0 && divisor_low == 0) return wants_rest ? a : 0;
    if (high == 0 && divisor_high == 0) return wants_rest ? low % divisor_low : low / divisor_low;
    for (int i = 0; i < 128; i++) {
      unsigned long overflow = rest_high >> 63;
      rest_high = rest_high << 1 | rest_low >> 63;
      rest_low = rest_low << 1 | high >> 63;
      high = high << 1 | low >> 63;
      unsigned long less_low = rest_low - divisor_low;
      unsigned long borrow = ((~rest_low & divisor_low) | ((~rest_low | divisor_low) & less_low)) >> 63;
      unsigned long less_high = rest_high - divisor_high - borrow;
      borrow = ((~rest_high & divisor_high) | ((~rest_high | divisor_high) & less_high)) >> 63;
      unsigned long fits = overflow | (borrow ^ 1), mask = -fits;
      low = low << 1 | fits;
      rest_low = (less_low & mask) | (rest_low & ~mask);
      rest_high = (less_high & mask) | (rest_high & ~mask);
    }
    return wants_rest ? (unsigned __int128)rest_high << 64 | rest_low : (unsigned __int128)high << 64 | low;
  }
__udivti3:
  ${inline} unsigned __int128 __udivti3(unsigned __int128 a, unsigned __int128 b) { return __tsbpf_divide128(a, b, 0); }
__umodti3:
  ${inline} unsigned __int128 __umodti3(unsigned __int128 a, unsigned __int128 b) { return __tsbpf_divide128(a, b, 1); }
${signedDivision('/')}
${signedDivision('%')}
`;

export const compilerFunctions: readonly DeclarationRows[] = [
  declarations('clang: Language Extensions, builtin functions', bitFunctions),
  declarations('C11 6.5.5', longDivision),
];
