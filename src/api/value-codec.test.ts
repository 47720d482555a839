import { describe, expect, test } from 'vitest';
import { ValueError } from '../base/index.ts';
import { codecOf, perCpuCodec, stackTraceCodec } from './value-codec.ts';

const untyped = (sizeBytes: number): ReturnType<typeof codecOf> =>
  codecOf({ btf: undefined, type: 0, sizeBytes, what: 'counts key' });

describe('without types', () => {
  test.each([
    [1, 0xff, 255],
    [2, -1, 65535],
    [4, 0xffff_ffffn, 4294967295],
    [8, 2n ** 64n - 1n, 2n ** 64n - 1n],
  ])('%i bytes are an unsigned integer', (sizeBytes, value, decoded) => {
    const codec = untyped(sizeBytes);
    expect(codec.encode(value)).toHaveLength(sizeBytes);
    expect(codec.decode(codec.encode(value))).toBe(decoded);
  });

  test('other sizes are bytes, copied', () => {
    const codec = untyped(3);
    const bytes = Uint8Array.of(1, 2, 3);
    const decoded = codec.decode(bytes);
    bytes[0] = 9;
    expect(decoded).toEqual(Uint8Array.of(1, 2, 3));
    expect(codec.encode(bytes)).toEqual(bytes);
  });

  test.each([
    [4, 2n ** 32n],
    [4, 1.5],
    [4, Number.NaN],
    [4, '7'],
    [4, null],
    [4, new Uint8Array(3)],
    [8, 2 ** 60],
    [3, 7],
    [3, new Uint8Array(4)],
  ])('%i bytes refuse %s, by name', (sizeBytes, value) => {
    expect(() => untyped(sizeBytes).encode(value)).toThrow(ValueError);
    expect(() => untyped(sizeBytes).encode(value)).toThrow(/counts key/);
  });
});

test('per-CPU values lie 8 bytes apart at least', () => {
  const codec = perCpuCodec(untyped(4), 3, 'each value');
  expect(codec.sizeBytes).toBe(24);
  const bytes = codec.encode([1, 2, 3]);
  expect([...bytes].flatMap((byte, at) => (byte ? [at] : []))).toEqual([0, 8, 16]);
  expect(codec.decode(bytes)).toEqual([1, 2, 3]);
  for (const wrong of [[1, 2], 7, undefined]) expect(() => codec.encode(wrong)).toThrow(/3 values/);
});

test('stack traces end at the first 0', () => {
  const codec = stackTraceCodec(32, 'stacks value');
  expect(codec.decode(new Uint8Array(BigUint64Array.of(7n, 5n, 0n, 9n).buffer))).toEqual([7n, 5n]);
});
