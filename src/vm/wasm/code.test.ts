// LEB128 numbers as the specification writes them.

import { expect, test } from 'vitest';
import { WasmCode } from './code.ts';

function signedLeb(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const group = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && (group & 0x40) === 0) || (rest === -1n && (group & 0x40) !== 0)) return [...bytes, group];
    bytes.push(group | 0x80);
  }
}

const interesting = [0n, 1n, -1n, 63n, 64n, -64n, -65n, 127n, 128n, 0x7fffffffn, -0x80000000n, 0x80000000n, 1n << 40n];
const wide = [...interesting, -(1n << 40n), (1n << 63n) - 1n, -(1n << 63n), 0x0123456789abcdefn, -0x123456789abcdefn];

test.each(wide)('i64.const %s', (value) => {
  const low = Number(BigInt.asIntN(32, value));
  const high = Number(BigInt.asIntN(32, value >> 32n));
  expect([...new WasmCode().i64(low, high).bytes()]).toEqual([0x42, ...signedLeb(value)]);
});

test.each(interesting.filter((value) => value === BigInt.asIntN(32, value)))('i32.const %s', (value) => {
  expect([...new WasmCode().i32(Number(value)).bytes()]).toEqual([0x41, ...signedLeb(value)]);
});
