// Values for which there is no register.

import { expect, test } from 'vitest';
import { decode, disassembleLines } from '../../isa/index.ts';
import { vm } from '../../vm/index.ts';
import { compileC } from '../compile.ts';

test('a value on the stack is fetched once for uses that follow each other', () => {
  const names = Array.from({ length: 9 }, (_, i) => `v${i}`);
  const text = `typedef unsigned long u64; static u64 (*random)(void) = (void *)7; volatile u64 n = 3;
    __attribute__((section("socket"), used)) int prog(void *ctx) {
      ${names.map((name, i) => `u64 ${name} = n + ${i};`).join(' ')}
      random();
      u64 sum = 0;
      ${names.map((name) => `sum = (sum ^ ${name}) * ${name};`).join(' ')}
      return sum;
    }
    char license[] __attribute__((section("license"))) = "GPL";`;
  const { object } = compileC(text, { disabledWarnings: ['all'], verify: true });
  const lines = disassembleLines(decode(object.programs[0]?.code ?? new Uint8Array())).map(({ text: line }) => line);
  const fetched = lines.flatMap((line) => /= \*\(u64 \*\)\(r10 (-\d+)\)/.exec(line)?.[1] ?? []);
  expect(fetched.length).toBeGreaterThan(3);
  expect(new Set(fetched).size).toBe(fetched.length);

  let sum = 0n;
  for (let v = 3n; v < 12n; v++) sum = BigInt.asUintN(64, (sum ^ v) * v);
  using host = vm();
  const result = host
    .loadNow(object)
    .programs.get('prog')
    ?.run({ data: new Uint8Array(64) }).returnValue;
  expect(BigInt(result ?? 0)).toBe(BigInt.asUintN(32, sum));
});
