// What instructions are chosen.

import { expect, test } from 'vitest';
import { decode } from '../../isa/index.ts';
import { compileC } from '../compile.ts';

test('constants go into the context through a register: Linux before 6.4 wants that', () => {
  const { object } = compileC(`struct __sk_buff { unsigned len, mark; };
    __attribute__((section("tc"), used)) int prog(struct __sk_buff *skb) { int local[2]; skb->mark = 7; volatile int *p = local; *p = 5; return *p; }
    char license[] __attribute__((section("license"))) = "GPL";`);
  const stores = decode(object.programs[0]?.code ?? new Uint8Array()).filter(({ opcode }) => (opcode & 6) === 2);
  const stackRegister = 10;
  // 0x62: of a constant, 0x63: of a register.
  expect(stores.map(({ opcode, dst }) => [opcode, dst === stackRegister])).toEqual([
    [0x63, false],
    [0x62, true],
  ]);
});
