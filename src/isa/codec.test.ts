import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../base/index.ts';
import { decode, decodeClassic, encode, encodeClassic } from './codec.ts';

const instruction = fc.record({
  // Not 0x18: half a 64-bit load has its own test.
  opcode: fc.integer({ min: 0x19, max: 255 }),
  dst: fc.integer({ min: 0, max: 15 }),
  src: fc.integer({ min: 0, max: 15 }),
  offset: fc.integer({ min: -0x8000, max: 0x7fff }),
  imm: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
});
const endian = fc.constantFrom('little' as const, 'big' as const);

describe('codec', () => {
  it('decodes what it encodes', () => {
    fc.assert(
      fc.property(fc.array(instruction), endian, (program, order) => {
        expect(decode(encode(program, order), order)).toEqual(program);
      }),
    );
  });

  it('swaps fields and register nibbles in big-endian programs', () => {
    const little = Uint8Array.of(0x79, 0x21, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12);
    const big = Uint8Array.of(0x79, 0x12, 0x12, 0x34, 0x12, 0x34, 0x56, 0x78);
    expect(decode(little)).toEqual([{ opcode: 0x79, dst: 1, src: 2, offset: 0x1234, imm: 0x12345678 }]);
    expect(decode(big, 'big')).toEqual(decode(little));
    expect(encode(decode(little), 'big')).toEqual(big);
  });

  it('refuses lengths that are no multiple of 8', () => {
    expect(() => decode(new Uint8Array(9))).toThrow(FormatError);
    expect(() => decodeClassic(new Uint8Array(7))).toThrow(FormatError);
  });

  it('refuses half a 64-bit load, but takes 0x18 as the second half of one', () => {
    const half = Uint8Array.of(0x18, 0, 0, 0, 0, 0, 0, 0);
    expect(() => decode(half)).toThrow(/second half/);
    expect(decode(new Uint8Array([...half, ...half]))).toHaveLength(2);
    expect(() => decode(new Uint8Array([...half, ...half, ...half]))).toThrow(FormatError);
  });

  it('decodes what it encodes of classic programs', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const classic = fc.record({
      code: fc.integer({ min: 0, max: 0xffff }),
      jt: byte,
      jf: byte,
      k: fc.integer({ min: 0, max: 0xffffffff }),
    });
    fc.assert(
      fc.property(fc.array(classic), endian, (program, order) => {
        expect(decodeClassic(encodeClassic(program, order), order)).toEqual(program);
      }),
    );
  });
});
